from dibs.bufvalidate import validate_pb2 as _validate_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Priority(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PRIORITY_UNSPECIFIED: _ClassVar[Priority]
    PRIORITY_HIGH: _ClassVar[Priority]
    PRIORITY_MEDIUM: _ClassVar[Priority]
    PRIORITY_LOW: _ClassVar[Priority]
    PRIORITY_NONE: _ClassVar[Priority]

class TaskState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TASK_STATE_UNSPECIFIED: _ClassVar[TaskState]
    TASK_STATE_DELAYED: _ClassVar[TaskState]
    TASK_STATE_QUEUED: _ClassVar[TaskState]
    TASK_STATE_ASSIGNED: _ClassVar[TaskState]
    TASK_STATE_IN_PROGRESS: _ClassVar[TaskState]
    TASK_STATE_IN_REVIEW: _ClassVar[TaskState]
    TASK_STATE_COMPLETED: _ClassVar[TaskState]
    TASK_STATE_DISCARDED: _ClassVar[TaskState]
    TASK_STATE_RETURNED: _ClassVar[TaskState]
    TASK_STATE_REMOVED: _ClassVar[TaskState]
    TASK_STATE_ESCALATED: _ClassVar[TaskState]

class TaskKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TASK_KIND_UNSPECIFIED: _ClassVar[TaskKind]
    TASK_KIND_ANNOTATE: _ClassVar[TaskKind]
    TASK_KIND_REVIEW: _ClassVar[TaskKind]
    TASK_KIND_EXPERT_REVIEW: _ClassVar[TaskKind]

class Ineligibility(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    INELIGIBILITY_UNSPECIFIED: _ClassVar[Ineligibility]
    INELIGIBILITY_NOT_A_MEMBER: _ClassVar[Ineligibility]
    INELIGIBILITY_ROLE: _ClassVar[Ineligibility]
    INELIGIBILITY_NOT_ALLOWED: _ClassVar[Ineligibility]
    INELIGIBILITY_SKILL: _ClassVar[Ineligibility]
    INELIGIBILITY_EXCLUDED: _ClassVar[Ineligibility]
    INELIGIBILITY_PAUSED: _ClassVar[Ineligibility]
    INELIGIBILITY_ARCHIVED: _ClassVar[Ineligibility]
    INELIGIBILITY_NOT_ASSIGNED: _ClassVar[Ineligibility]
PRIORITY_UNSPECIFIED: Priority
PRIORITY_HIGH: Priority
PRIORITY_MEDIUM: Priority
PRIORITY_LOW: Priority
PRIORITY_NONE: Priority
TASK_STATE_UNSPECIFIED: TaskState
TASK_STATE_DELAYED: TaskState
TASK_STATE_QUEUED: TaskState
TASK_STATE_ASSIGNED: TaskState
TASK_STATE_IN_PROGRESS: TaskState
TASK_STATE_IN_REVIEW: TaskState
TASK_STATE_COMPLETED: TaskState
TASK_STATE_DISCARDED: TaskState
TASK_STATE_RETURNED: TaskState
TASK_STATE_REMOVED: TaskState
TASK_STATE_ESCALATED: TaskState
TASK_KIND_UNSPECIFIED: TaskKind
TASK_KIND_ANNOTATE: TaskKind
TASK_KIND_REVIEW: TaskKind
TASK_KIND_EXPERT_REVIEW: TaskKind
INELIGIBILITY_UNSPECIFIED: Ineligibility
INELIGIBILITY_NOT_A_MEMBER: Ineligibility
INELIGIBILITY_ROLE: Ineligibility
INELIGIBILITY_NOT_ALLOWED: Ineligibility
INELIGIBILITY_SKILL: Ineligibility
INELIGIBILITY_EXCLUDED: Ineligibility
INELIGIBILITY_PAUSED: Ineligibility
INELIGIBILITY_ARCHIVED: Ineligibility
INELIGIBILITY_NOT_ASSIGNED: Ineligibility

class RequestId(_message.Message):
    __slots__ = ("session_id", "n")
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    N_FIELD_NUMBER: _ClassVar[int]
    session_id: bytes
    n: int
    def __init__(self, session_id: _Optional[bytes] = ..., n: _Optional[int] = ...) -> None: ...

class Lease(_message.Message):
    __slots__ = ("lease_token", "expire_time")
    LEASE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    lease_token: int
    expire_time: _timestamp_pb2.Timestamp
    def __init__(self, lease_token: _Optional[int] = ..., expire_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Task(_message.Message):
    __slots__ = ("task_id", "queue_id", "dataset_id", "external_id", "item_number", "weight", "classes", "attributes", "kind", "state", "slot", "priority", "lease")
    class AttributesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    QUEUE_ID_FIELD_NUMBER: _ClassVar[int]
    DATASET_ID_FIELD_NUMBER: _ClassVar[int]
    EXTERNAL_ID_FIELD_NUMBER: _ClassVar[int]
    ITEM_NUMBER_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    CLASSES_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTES_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    SLOT_FIELD_NUMBER: _ClassVar[int]
    PRIORITY_FIELD_NUMBER: _ClassVar[int]
    LEASE_FIELD_NUMBER: _ClassVar[int]
    task_id: str
    queue_id: str
    dataset_id: str
    external_id: str
    item_number: int
    weight: float
    classes: _containers.RepeatedScalarFieldContainer[str]
    attributes: _containers.ScalarMap[str, str]
    kind: TaskKind
    state: TaskState
    slot: int
    priority: Priority
    lease: Lease
    def __init__(self, task_id: _Optional[str] = ..., queue_id: _Optional[str] = ..., dataset_id: _Optional[str] = ..., external_id: _Optional[str] = ..., item_number: _Optional[int] = ..., weight: _Optional[float] = ..., classes: _Optional[_Iterable[str]] = ..., attributes: _Optional[_Mapping[str, str]] = ..., kind: _Optional[_Union[TaskKind, str]] = ..., state: _Optional[_Union[TaskState, str]] = ..., slot: _Optional[int] = ..., priority: _Optional[_Union[Priority, str]] = ..., lease: _Optional[_Union[Lease, _Mapping]] = ...) -> None: ...

class TaskLease(_message.Message):
    __slots__ = ("task_id", "lease_token")
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    LEASE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    task_id: str
    lease_token: int
    def __init__(self, task_id: _Optional[str] = ..., lease_token: _Optional[int] = ...) -> None: ...
