from dibs.bufvalidate import validate_pb2 as _validate_pb2
from dibs.v1 import common_pb2 as _common_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

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

class SkipRequest(_message.Message):
    __slots__ = ("project_id", "actor", "request_id", "task_id", "lease_token", "person", "reason", "policy")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    LEASE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    PERSON_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    POLICY_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    request_id: _common_pb2.RequestId
    task_id: str
    lease_token: int
    person: str
    reason: str
    policy: SkipPolicy
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., request_id: _Optional[_Union[_common_pb2.RequestId, _Mapping]] = ..., task_id: _Optional[str] = ..., lease_token: _Optional[int] = ..., person: _Optional[str] = ..., reason: _Optional[str] = ..., policy: _Optional[_Union[SkipPolicy, str]] = ...) -> None: ...

class SkipResponse(_message.Message):
    __slots__ = ("seq", "state", "tasks")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    TASKS_FIELD_NUMBER: _ClassVar[int]
    seq: int
    state: _common_pb2.TaskState
    tasks: _containers.RepeatedCompositeFieldContainer[_common_pb2.Task]
    def __init__(self, seq: _Optional[int] = ..., state: _Optional[_Union[_common_pb2.TaskState, str]] = ..., tasks: _Optional[_Iterable[_Union[_common_pb2.Task, _Mapping]]] = ...) -> None: ...

class ClearSkipsRequest(_message.Message):
    __slots__ = ("project_id", "actor", "request_id", "queue_id", "task_ids")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    QUEUE_ID_FIELD_NUMBER: _ClassVar[int]
    TASK_IDS_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    request_id: _common_pb2.RequestId
    queue_id: str
    task_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., request_id: _Optional[_Union[_common_pb2.RequestId, _Mapping]] = ..., queue_id: _Optional[str] = ..., task_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class ClearSkipsResponse(_message.Message):
    __slots__ = ("seq", "cleared")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    CLEARED_FIELD_NUMBER: _ClassVar[int]
    seq: int
    cleared: int
    def __init__(self, seq: _Optional[int] = ..., cleared: _Optional[int] = ...) -> None: ...
