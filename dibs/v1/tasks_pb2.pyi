from dibs.bufvalidate import validate_pb2 as _validate_pb2
from dibs.v1 import actions_pb2 as _actions_pb2
from dibs.v1 import common_pb2 as _common_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ReopenTo(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REOPEN_TO_UNSPECIFIED: _ClassVar[ReopenTo]
    REOPEN_TO_AUTHOR: _ClassVar[ReopenTo]
    REOPEN_TO_POOL: _ClassVar[ReopenTo]
    REOPEN_TO_PERSON: _ClassVar[ReopenTo]
REOPEN_TO_UNSPECIFIED: ReopenTo
REOPEN_TO_AUTHOR: ReopenTo
REOPEN_TO_POOL: ReopenTo
REOPEN_TO_PERSON: ReopenTo

class SetPriorityRequest(_message.Message):
    __slots__ = ("project_id", "actor", "request_id", "queue_id", "task_ids", "priority", "priority_level")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    QUEUE_ID_FIELD_NUMBER: _ClassVar[int]
    TASK_IDS_FIELD_NUMBER: _ClassVar[int]
    PRIORITY_FIELD_NUMBER: _ClassVar[int]
    PRIORITY_LEVEL_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    request_id: _common_pb2.RequestId
    queue_id: str
    task_ids: _containers.RepeatedScalarFieldContainer[str]
    priority: _common_pb2.Priority
    priority_level: float
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., request_id: _Optional[_Union[_common_pb2.RequestId, _Mapping]] = ..., queue_id: _Optional[str] = ..., task_ids: _Optional[_Iterable[str]] = ..., priority: _Optional[_Union[_common_pb2.Priority, str]] = ..., priority_level: _Optional[float] = ...) -> None: ...

class SetPriorityResponse(_message.Message):
    __slots__ = ("seq", "changed")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELD_NUMBER: _ClassVar[int]
    seq: int
    changed: int
    def __init__(self, seq: _Optional[int] = ..., changed: _Optional[int] = ...) -> None: ...

class SetStatusRequest(_message.Message):
    __slots__ = ("project_id", "actor", "request_id", "task_id", "status")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    request_id: _common_pb2.RequestId
    task_id: str
    status: str
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., request_id: _Optional[_Union[_common_pb2.RequestId, _Mapping]] = ..., task_id: _Optional[str] = ..., status: _Optional[str] = ...) -> None: ...

class SetStatusResponse(_message.Message):
    __slots__ = ("seq", "state", "status")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    seq: int
    state: _common_pb2.TaskState
    status: str
    def __init__(self, seq: _Optional[int] = ..., state: _Optional[_Union[_common_pb2.TaskState, str]] = ..., status: _Optional[str] = ...) -> None: ...

class RemoveStatusRequest(_message.Message):
    __slots__ = ("project_id", "actor", "request_id", "task_id")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    request_id: _common_pb2.RequestId
    task_id: str
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., request_id: _Optional[_Union[_common_pb2.RequestId, _Mapping]] = ..., task_id: _Optional[str] = ...) -> None: ...

class RemoveStatusResponse(_message.Message):
    __slots__ = ("seq", "person", "lease")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    PERSON_FIELD_NUMBER: _ClassVar[int]
    LEASE_FIELD_NUMBER: _ClassVar[int]
    seq: int
    person: str
    lease: _common_pb2.Lease
    def __init__(self, seq: _Optional[int] = ..., person: _Optional[str] = ..., lease: _Optional[_Union[_common_pb2.Lease, _Mapping]] = ...) -> None: ...

class RecallSubmissionRequest(_message.Message):
    __slots__ = ("project_id", "actor", "request_id", "task_id")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    request_id: _common_pb2.RequestId
    task_id: str
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., request_id: _Optional[_Union[_common_pb2.RequestId, _Mapping]] = ..., task_id: _Optional[str] = ...) -> None: ...

class RecallSubmissionResponse(_message.Message):
    __slots__ = ("seq", "lease")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    LEASE_FIELD_NUMBER: _ClassVar[int]
    seq: int
    lease: _common_pb2.Lease
    def __init__(self, seq: _Optional[int] = ..., lease: _Optional[_Union[_common_pb2.Lease, _Mapping]] = ...) -> None: ...

class ReopenRequest(_message.Message):
    __slots__ = ("project_id", "actor", "request_id", "queue_id", "task_ids", "to", "person")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    QUEUE_ID_FIELD_NUMBER: _ClassVar[int]
    TASK_IDS_FIELD_NUMBER: _ClassVar[int]
    TO_FIELD_NUMBER: _ClassVar[int]
    PERSON_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    request_id: _common_pb2.RequestId
    queue_id: str
    task_ids: _containers.RepeatedScalarFieldContainer[str]
    to: ReopenTo
    person: str
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., request_id: _Optional[_Union[_common_pb2.RequestId, _Mapping]] = ..., queue_id: _Optional[str] = ..., task_ids: _Optional[_Iterable[str]] = ..., to: _Optional[_Union[ReopenTo, str]] = ..., person: _Optional[str] = ...) -> None: ...

class ReopenResponse(_message.Message):
    __slots__ = ("seq", "reopened", "state")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    REOPENED_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    seq: int
    reopened: int
    state: _common_pb2.TaskState
    def __init__(self, seq: _Optional[int] = ..., reopened: _Optional[int] = ..., state: _Optional[_Union[_common_pb2.TaskState, str]] = ...) -> None: ...

class TaskRecord(_message.Message):
    __slots__ = ("task", "status", "person", "submit_time", "changed_seq", "allowed_actions")
    TASK_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    PERSON_FIELD_NUMBER: _ClassVar[int]
    SUBMIT_TIME_FIELD_NUMBER: _ClassVar[int]
    CHANGED_SEQ_FIELD_NUMBER: _ClassVar[int]
    ALLOWED_ACTIONS_FIELD_NUMBER: _ClassVar[int]
    task: _common_pb2.Task
    status: str
    person: str
    submit_time: _timestamp_pb2.Timestamp
    changed_seq: int
    allowed_actions: _containers.RepeatedScalarFieldContainer[_actions_pb2.Action]
    def __init__(self, task: _Optional[_Union[_common_pb2.Task, _Mapping]] = ..., status: _Optional[str] = ..., person: _Optional[str] = ..., submit_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., changed_seq: _Optional[int] = ..., allowed_actions: _Optional[_Iterable[_Union[_actions_pb2.Action, str]]] = ...) -> None: ...

class GetTaskRequest(_message.Message):
    __slots__ = ("project_id", "actor", "min_seq", "task_id")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    MIN_SEQ_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    min_seq: int
    task_id: str
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., min_seq: _Optional[int] = ..., task_id: _Optional[str] = ...) -> None: ...

class GetTaskResponse(_message.Message):
    __slots__ = ("record",)
    RECORD_FIELD_NUMBER: _ClassVar[int]
    record: TaskRecord
    def __init__(self, record: _Optional[_Union[TaskRecord, _Mapping]] = ...) -> None: ...

class GetItemStatusRequest(_message.Message):
    __slots__ = ("project_id", "actor", "min_seq", "dataset_id", "external_id")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    MIN_SEQ_FIELD_NUMBER: _ClassVar[int]
    DATASET_ID_FIELD_NUMBER: _ClassVar[int]
    EXTERNAL_ID_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    min_seq: int
    dataset_id: str
    external_id: str
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., min_seq: _Optional[int] = ..., dataset_id: _Optional[str] = ..., external_id: _Optional[str] = ...) -> None: ...

class GetItemStatusResponse(_message.Message):
    __slots__ = ("records",)
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    records: _containers.RepeatedCompositeFieldContainer[TaskRecord]
    def __init__(self, records: _Optional[_Iterable[_Union[TaskRecord, _Mapping]]] = ...) -> None: ...
