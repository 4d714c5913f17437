from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Optional as _Optional

DESCRIPTOR: _descriptor.FileDescriptor

class OnDuplicate(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ON_DUPLICATE_UNSPECIFIED: _ClassVar[OnDuplicate]
    ON_DUPLICATE_WARN: _ClassVar[OnDuplicate]
    ON_DUPLICATE_SKIP: _ClassVar[OnDuplicate]
    ON_DUPLICATE_REFUSE: _ClassVar[OnDuplicate]
ON_DUPLICATE_UNSPECIFIED: OnDuplicate
ON_DUPLICATE_WARN: OnDuplicate
ON_DUPLICATE_SKIP: OnDuplicate
ON_DUPLICATE_REFUSE: OnDuplicate

class AlreadyDone(_message.Message):
    __slots__ = ("items", "items_is_lower_bound", "queue_ids")
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    ITEMS_IS_LOWER_BOUND_FIELD_NUMBER: _ClassVar[int]
    QUEUE_IDS_FIELD_NUMBER: _ClassVar[int]
    items: int
    items_is_lower_bound: bool
    queue_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, items: _Optional[int] = ..., items_is_lower_bound: bool = ..., queue_ids: _Optional[_Iterable[str]] = ...) -> None: ...
