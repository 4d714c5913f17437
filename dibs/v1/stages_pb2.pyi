from dibs.bufvalidate import validate_pb2 as _validate_pb2
from dibs.v1 import common_pb2 as _common_pb2
from dibs.v1 import figures_pb2 as _figures_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class SubmitForReviewRequest(_message.Message):
    __slots__ = ("project_id", "actor", "min_seq", "queue_id")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    MIN_SEQ_FIELD_NUMBER: _ClassVar[int]
    QUEUE_ID_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    min_seq: int
    queue_id: str
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., min_seq: _Optional[int] = ..., queue_id: _Optional[str] = ...) -> None: ...

class SubmitForReviewResponse(_message.Message):
    __slots__ = ("ready", "stage", "remaining_tasks", "remaining_by_state", "own_task_ids", "items_with_open_issues", "items_pending")
    READY_FIELD_NUMBER: _ClassVar[int]
    STAGE_FIELD_NUMBER: _ClassVar[int]
    REMAINING_TASKS_FIELD_NUMBER: _ClassVar[int]
    REMAINING_BY_STATE_FIELD_NUMBER: _ClassVar[int]
    OWN_TASK_IDS_FIELD_NUMBER: _ClassVar[int]
    ITEMS_WITH_OPEN_ISSUES_FIELD_NUMBER: _ClassVar[int]
    ITEMS_PENDING_FIELD_NUMBER: _ClassVar[int]
    ready: bool
    stage: _figures_pb2.Stage
    remaining_tasks: int
    remaining_by_state: _containers.RepeatedCompositeFieldContainer[_figures_pb2.StateCount]
    own_task_ids: _containers.RepeatedScalarFieldContainer[str]
    items_with_open_issues: int
    items_pending: int
    def __init__(self, ready: bool = ..., stage: _Optional[_Union[_figures_pb2.Stage, str]] = ..., remaining_tasks: _Optional[int] = ..., remaining_by_state: _Optional[_Iterable[_Union[_figures_pb2.StateCount, _Mapping]]] = ..., own_task_ids: _Optional[_Iterable[str]] = ..., items_with_open_issues: _Optional[int] = ..., items_pending: _Optional[int] = ...) -> None: ...

class SubmitDataRequest(_message.Message):
    __slots__ = ("project_id", "actor", "request_id", "queue_id")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    QUEUE_ID_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    request_id: _common_pb2.RequestId
    queue_id: str
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., request_id: _Optional[_Union[_common_pb2.RequestId, _Mapping]] = ..., queue_id: _Optional[str] = ...) -> None: ...

class SubmitDataResponse(_message.Message):
    __slots__ = ("seq",)
    SEQ_FIELD_NUMBER: _ClassVar[int]
    seq: int
    def __init__(self, seq: _Optional[int] = ...) -> None: ...

class WithdrawDataRequest(_message.Message):
    __slots__ = ("project_id", "actor", "request_id", "queue_id")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    QUEUE_ID_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    request_id: _common_pb2.RequestId
    queue_id: str
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., request_id: _Optional[_Union[_common_pb2.RequestId, _Mapping]] = ..., queue_id: _Optional[str] = ...) -> None: ...

class WithdrawDataResponse(_message.Message):
    __slots__ = ("seq",)
    SEQ_FIELD_NUMBER: _ClassVar[int]
    seq: int
    def __init__(self, seq: _Optional[int] = ...) -> None: ...
