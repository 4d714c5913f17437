from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from typing import ClassVar as _ClassVar

DESCRIPTOR: _descriptor.FileDescriptor

class SkipPolicy(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SKIP_POLICY_UNSPECIFIED: _ClassVar[SkipPolicy]
    SKIP_POLICY_REQUEUE_FOR_OTHERS: _ClassVar[SkipPolicy]
    SKIP_POLICY_REQUEUE_FOR_ME: _ClassVar[SkipPolicy]
    SKIP_POLICY_DISCARD: _ClassVar[SkipPolicy]
SKIP_POLICY_UNSPECIFIED: SkipPolicy
SKIP_POLICY_REQUEUE_FOR_OTHERS: SkipPolicy
SKIP_POLICY_REQUEUE_FOR_ME: SkipPolicy
SKIP_POLICY_DISCARD: SkipPolicy
