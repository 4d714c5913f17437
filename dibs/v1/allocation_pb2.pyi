from dibs.bufvalidate import validate_pb2 as _validate_pb2
from dibs.v1 import bulk_pb2 as _bulk_pb2
from dibs.v1 import common_pb2 as _common_pb2
from dibs.v1 import editing_pb2 as _editing_pb2
from dibs.v1 import picking_pb2 as _picking_pb2
from dibs.v1 import tasks_pb2 as _tasks_pb2
from dibs.v1 import skipping_pb2 as _skipping_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class NothingReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    NOTHING_REASON_UNSPECIFIED: _ClassVar[NothingReason]
    NOTHING_REASON_NOT_ELIGIBLE: _ClassVar[NothingReason]
    NOTHING_REASON_PAUSED: _ClassVar[NothingReason]
    NOTHING_REASON_AT_CAP: _ClassVar[NothingReason]
    NOTHING_REASON_BACKPRESSURE: _ClassVar[NothingReason]
    NOTHING_REASON_ALL_LEASED: _ClassVar[NothingReason]
    NOTHING_REASON_NOT_BEFORE: _ClassVar[NothingReason]
    NOTHING_REASON_QUEUE_EMPTY: _ClassVar[NothingReason]
NOTHING_REASON_UNSPECIFIED: NothingReason
NOTHING_REASON_NOT_ELIGIBLE: NothingReason
NOTHING_REASON_PAUSED: NothingReason
NOTHING_REASON_AT_CAP: NothingReason
NOTHING_REASON_BACKPRESSURE: NothingReason
NOTHING_REASON_ALL_LEASED: NothingReason
NOTHING_REASON_NOT_BEFORE: NothingReason
NOTHING_REASON_QUEUE_EMPTY: NothingReason

class Nothing(_message.Message):
    __slots__ = ("reason", "causes", "next_free", "other_reasons", "manual_mode")
    REASON_FIELD_NUMBER: _ClassVar[int]
    CAUSES_FIELD_NUMBER: _ClassVar[int]
    NEXT_FREE_FIELD_NUMBER: _ClassVar[int]
    OTHER_REASONS_FIELD_NUMBER: _ClassVar[int]
    MANUAL_MODE_FIELD_NUMBER: _ClassVar[int]
    reason: NothingReason
    causes: _containers.RepeatedCompositeFieldContainer[IneligibilityCount]
    next_free: _timestamp_pb2.Timestamp
    other_reasons: _containers.RepeatedScalarFieldContainer[NothingReason]
    manual_mode: bool
    def __init__(self, reason: _Optional[_Union[NothingReason, str]] = ..., causes: _Optional[_Iterable[_Union[IneligibilityCount, _Mapping]]] = ..., next_free: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., other_reasons: _Optional[_Iterable[_Union[NothingReason, str]]] = ..., manual_mode: bool = ...) -> None: ...

class IneligibilityCount(_message.Message):
    __slots__ = ("cause", "count")
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    cause: _common_pb2.Ineligibility
    count: int
    def __init__(self, cause: _Optional[_Union[_common_pb2.Ineligibility, str]] = ..., count: _Optional[int] = ...) -> None: ...

class OpenSessionRequest(_message.Message):
    __slots__ = ("project_id", "actor")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ...) -> None: ...

class OpenSessionResponse(_message.Message):
    __slots__ = ("seq", "session_id")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    seq: int
    session_id: bytes
    def __init__(self, seq: _Optional[int] = ..., session_id: _Optional[bytes] = ...) -> None: ...

class PingRequest(_message.Message):
    __slots__ = ("actor", "size")
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    actor: str
    size: int
    def __init__(self, actor: _Optional[str] = ..., size: _Optional[int] = ...) -> None: ...

class PingResponse(_message.Message):
    __slots__ = ("payload",)
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    payload: bytes
    def __init__(self, payload: _Optional[bytes] = ...) -> None: ...

class ReserveRequest(_message.Message):
    __slots__ = ("project_id", "actor", "request_id", "queue_id", "person", "count")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    QUEUE_ID_FIELD_NUMBER: _ClassVar[int]
    PERSON_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    request_id: _common_pb2.RequestId
    queue_id: str
    person: str
    count: int
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., request_id: _Optional[_Union[_common_pb2.RequestId, _Mapping]] = ..., queue_id: _Optional[str] = ..., person: _Optional[str] = ..., count: _Optional[int] = ...) -> None: ...

class ReserveResponse(_message.Message):
    __slots__ = ("seq", "tasks", "nothing")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    TASKS_FIELD_NUMBER: _ClassVar[int]
    NOTHING_FIELD_NUMBER: _ClassVar[int]
    seq: int
    tasks: _containers.RepeatedCompositeFieldContainer[_common_pb2.Task]
    nothing: Nothing
    def __init__(self, seq: _Optional[int] = ..., tasks: _Optional[_Iterable[_Union[_common_pb2.Task, _Mapping]]] = ..., nothing: _Optional[_Union[Nothing, _Mapping]] = ...) -> None: ...

class EnsureReservationsRequest(_message.Message):
    __slots__ = ("project_id", "actor", "request_id", "queue_id", "person", "count")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    QUEUE_ID_FIELD_NUMBER: _ClassVar[int]
    PERSON_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    request_id: _common_pb2.RequestId
    queue_id: str
    person: str
    count: int
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., request_id: _Optional[_Union[_common_pb2.RequestId, _Mapping]] = ..., queue_id: _Optional[str] = ..., person: _Optional[str] = ..., count: _Optional[int] = ...) -> None: ...

class EnsureReservationsResponse(_message.Message):
    __slots__ = ("seq", "tasks", "nothing")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    TASKS_FIELD_NUMBER: _ClassVar[int]
    NOTHING_FIELD_NUMBER: _ClassVar[int]
    seq: int
    tasks: _containers.RepeatedCompositeFieldContainer[_common_pb2.Task]
    nothing: Nothing
    def __init__(self, seq: _Optional[int] = ..., tasks: _Optional[_Iterable[_Union[_common_pb2.Task, _Mapping]]] = ..., nothing: _Optional[_Union[Nothing, _Mapping]] = ...) -> None: ...

class StartRequest(_message.Message):
    __slots__ = ("project_id", "actor", "request_id", "task_id", "lease_token", "person")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    LEASE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    PERSON_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    request_id: _common_pb2.RequestId
    task_id: str
    lease_token: int
    person: str
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., request_id: _Optional[_Union[_common_pb2.RequestId, _Mapping]] = ..., task_id: _Optional[str] = ..., lease_token: _Optional[int] = ..., person: _Optional[str] = ...) -> None: ...

class StartResponse(_message.Message):
    __slots__ = ("seq", "lease", "state")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    LEASE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    seq: int
    lease: _common_pb2.Lease
    state: _common_pb2.TaskState
    def __init__(self, seq: _Optional[int] = ..., lease: _Optional[_Union[_common_pb2.Lease, _Mapping]] = ..., state: _Optional[_Union[_common_pb2.TaskState, str]] = ...) -> None: ...

class StartAnnotationRequest(_message.Message):
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

class StartAnnotationResponse(_message.Message):
    __slots__ = ("seq", "task", "nothing")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    TASK_FIELD_NUMBER: _ClassVar[int]
    NOTHING_FIELD_NUMBER: _ClassVar[int]
    seq: int
    task: _common_pb2.Task
    nothing: Nothing
    def __init__(self, seq: _Optional[int] = ..., task: _Optional[_Union[_common_pb2.Task, _Mapping]] = ..., nothing: _Optional[_Union[Nothing, _Mapping]] = ...) -> None: ...

class RenewRequest(_message.Message):
    __slots__ = ("project_id", "actor", "request_id", "person", "tasks", "all", "queue_id", "takeover")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PERSON_FIELD_NUMBER: _ClassVar[int]
    TASKS_FIELD_NUMBER: _ClassVar[int]
    ALL_FIELD_NUMBER: _ClassVar[int]
    QUEUE_ID_FIELD_NUMBER: _ClassVar[int]
    TAKEOVER_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    request_id: _common_pb2.RequestId
    person: str
    tasks: _containers.RepeatedCompositeFieldContainer[_common_pb2.TaskLease]
    all: bool
    queue_id: str
    takeover: bool
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., request_id: _Optional[_Union[_common_pb2.RequestId, _Mapping]] = ..., person: _Optional[str] = ..., tasks: _Optional[_Iterable[_Union[_common_pb2.TaskLease, _Mapping]]] = ..., all: bool = ..., queue_id: _Optional[str] = ..., takeover: bool = ...) -> None: ...

class RenewResponse(_message.Message):
    __slots__ = ("seq", "renewed")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    RENEWED_FIELD_NUMBER: _ClassVar[int]
    seq: int
    renewed: _containers.RepeatedCompositeFieldContainer[RenewedLease]
    def __init__(self, seq: _Optional[int] = ..., renewed: _Optional[_Iterable[_Union[RenewedLease, _Mapping]]] = ...) -> None: ...

class RenewedLease(_message.Message):
    __slots__ = ("task_id", "lease")
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    LEASE_FIELD_NUMBER: _ClassVar[int]
    task_id: str
    lease: _common_pb2.Lease
    def __init__(self, task_id: _Optional[str] = ..., lease: _Optional[_Union[_common_pb2.Lease, _Mapping]] = ...) -> None: ...

class FrameRange(_message.Message):
    __slots__ = ("start", "end")
    START_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    start: int
    end: int
    def __init__(self, start: _Optional[int] = ..., end: _Optional[int] = ...) -> None: ...

class ReviewUnit(_message.Message):
    __slots__ = ("unit_id", "class_name", "frames", "digest")
    UNIT_ID_FIELD_NUMBER: _ClassVar[int]
    CLASS_NAME_FIELD_NUMBER: _ClassVar[int]
    FRAMES_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    unit_id: str
    class_name: str
    frames: _containers.RepeatedCompositeFieldContainer[FrameRange]
    digest: bytes
    def __init__(self, unit_id: _Optional[str] = ..., class_name: _Optional[str] = ..., frames: _Optional[_Iterable[_Union[FrameRange, _Mapping]]] = ..., digest: _Optional[bytes] = ...) -> None: ...

class SubmitRequest(_message.Message):
    __slots__ = ("project_id", "actor", "request_id", "task_id", "lease_token", "person", "status", "units", "time_spent", "resolve_issues")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    LEASE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    PERSON_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    UNITS_FIELD_NUMBER: _ClassVar[int]
    TIME_SPENT_FIELD_NUMBER: _ClassVar[int]
    RESOLVE_ISSUES_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    request_id: _common_pb2.RequestId
    task_id: str
    lease_token: int
    person: str
    status: str
    units: _containers.RepeatedCompositeFieldContainer[ReviewUnit]
    time_spent: _duration_pb2.Duration
    resolve_issues: bool
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., request_id: _Optional[_Union[_common_pb2.RequestId, _Mapping]] = ..., task_id: _Optional[str] = ..., lease_token: _Optional[int] = ..., person: _Optional[str] = ..., status: _Optional[str] = ..., units: _Optional[_Iterable[_Union[ReviewUnit, _Mapping]]] = ..., time_spent: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., resolve_issues: bool = ...) -> None: ...

class SubmitResponse(_message.Message):
    __slots__ = ("seq", "state", "status", "late", "batch", "units_to_review")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    LATE_FIELD_NUMBER: _ClassVar[int]
    BATCH_FIELD_NUMBER: _ClassVar[int]
    UNITS_TO_REVIEW_FIELD_NUMBER: _ClassVar[int]
    seq: int
    state: _common_pb2.TaskState
    status: str
    late: bool
    batch: _containers.RepeatedCompositeFieldContainer[_common_pb2.Task]
    units_to_review: int
    def __init__(self, seq: _Optional[int] = ..., state: _Optional[_Union[_common_pb2.TaskState, str]] = ..., status: _Optional[str] = ..., late: bool = ..., batch: _Optional[_Iterable[_Union[_common_pb2.Task, _Mapping]]] = ..., units_to_review: _Optional[int] = ...) -> None: ...

class ReleaseRequest(_message.Message):
    __slots__ = ("project_id", "actor", "request_id", "task_id", "lease_token", "person", "reason")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    LEASE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    PERSON_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    request_id: _common_pb2.RequestId
    task_id: str
    lease_token: int
    person: str
    reason: str
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., request_id: _Optional[_Union[_common_pb2.RequestId, _Mapping]] = ..., task_id: _Optional[str] = ..., lease_token: _Optional[int] = ..., person: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class ReleaseResponse(_message.Message):
    __slots__ = ("seq", "state")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    seq: int
    state: _common_pb2.TaskState
    def __init__(self, seq: _Optional[int] = ..., state: _Optional[_Union[_common_pb2.TaskState, str]] = ...) -> None: ...

class SaveDraftRequest(_message.Message):
    __slots__ = ("project_id", "actor", "request_id", "task_id", "lease_token", "person", "content")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    LEASE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    PERSON_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    request_id: _common_pb2.RequestId
    task_id: str
    lease_token: int
    person: str
    content: bytes
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., request_id: _Optional[_Union[_common_pb2.RequestId, _Mapping]] = ..., task_id: _Optional[str] = ..., lease_token: _Optional[int] = ..., person: _Optional[str] = ..., content: _Optional[bytes] = ...) -> None: ...

class SaveDraftResponse(_message.Message):
    __slots__ = ("seq", "lease")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    LEASE_FIELD_NUMBER: _ClassVar[int]
    seq: int
    lease: _common_pb2.Lease
    def __init__(self, seq: _Optional[int] = ..., lease: _Optional[_Union[_common_pb2.Lease, _Mapping]] = ...) -> None: ...

class GetDraftRequest(_message.Message):
    __slots__ = ("project_id", "actor", "min_seq", "task_id", "person")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    MIN_SEQ_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    PERSON_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    min_seq: int
    task_id: str
    person: str
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., min_seq: _Optional[int] = ..., task_id: _Optional[str] = ..., person: _Optional[str] = ...) -> None: ...

class GetDraftResponse(_message.Message):
    __slots__ = ("draft",)
    DRAFT_FIELD_NUMBER: _ClassVar[int]
    draft: Draft
    def __init__(self, draft: _Optional[_Union[Draft, _Mapping]] = ...) -> None: ...

class Draft(_message.Message):
    __slots__ = ("lease_token", "save_time", "content", "refused", "units", "status")
    LEASE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    SAVE_TIME_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    REFUSED_FIELD_NUMBER: _ClassVar[int]
    UNITS_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    lease_token: int
    save_time: _timestamp_pb2.Timestamp
    content: bytes
    refused: bool
    units: _containers.RepeatedCompositeFieldContainer[ReviewUnit]
    status: str
    def __init__(self, lease_token: _Optional[int] = ..., save_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., content: _Optional[bytes] = ..., refused: bool = ..., units: _Optional[_Iterable[_Union[ReviewUnit, _Mapping]]] = ..., status: _Optional[str] = ...) -> None: ...

class ListMyTasksRequest(_message.Message):
    __slots__ = ("project_id", "actor", "min_seq", "page_size", "page_token", "person", "queue_id")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    MIN_SEQ_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    PERSON_FIELD_NUMBER: _ClassVar[int]
    QUEUE_ID_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    min_seq: int
    page_size: int
    page_token: str
    person: str
    queue_id: str
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., min_seq: _Optional[int] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., person: _Optional[str] = ..., queue_id: _Optional[str] = ...) -> None: ...

class ListMyTasksResponse(_message.Message):
    __slots__ = ("tasks", "next_page_token", "seq")
    TASKS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    SEQ_FIELD_NUMBER: _ClassVar[int]
    tasks: _containers.RepeatedCompositeFieldContainer[_common_pb2.Task]
    next_page_token: str
    seq: int
    def __init__(self, tasks: _Optional[_Iterable[_Union[_common_pb2.Task, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., seq: _Optional[int] = ...) -> None: ...

class LoadBatchRequest(_message.Message):
    __slots__ = ("project_id", "actor", "request_id", "queue_id", "person")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    QUEUE_ID_FIELD_NUMBER: _ClassVar[int]
    PERSON_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    request_id: _common_pb2.RequestId
    queue_id: str
    person: str
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., request_id: _Optional[_Union[_common_pb2.RequestId, _Mapping]] = ..., queue_id: _Optional[str] = ..., person: _Optional[str] = ...) -> None: ...

class LoadBatchResponse(_message.Message):
    __slots__ = ("seq", "tasks", "nothing")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    TASKS_FIELD_NUMBER: _ClassVar[int]
    NOTHING_FIELD_NUMBER: _ClassVar[int]
    seq: int
    tasks: _containers.RepeatedCompositeFieldContainer[_common_pb2.Task]
    nothing: Nothing
    def __init__(self, seq: _Optional[int] = ..., tasks: _Optional[_Iterable[_Union[_common_pb2.Task, _Mapping]]] = ..., nothing: _Optional[_Union[Nothing, _Mapping]] = ...) -> None: ...

class ClearBatchRequest(_message.Message):
    __slots__ = ("project_id", "actor", "request_id", "queue_id", "person", "include_started")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    QUEUE_ID_FIELD_NUMBER: _ClassVar[int]
    PERSON_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_STARTED_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    request_id: _common_pb2.RequestId
    queue_id: str
    person: str
    include_started: bool
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., request_id: _Optional[_Union[_common_pb2.RequestId, _Mapping]] = ..., queue_id: _Optional[str] = ..., person: _Optional[str] = ..., include_started: bool = ...) -> None: ...

class ClearBatchResponse(_message.Message):
    __slots__ = ("seq", "cleared")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    CLEARED_FIELD_NUMBER: _ClassVar[int]
    seq: int
    cleared: int
    def __init__(self, seq: _Optional[int] = ..., cleared: _Optional[int] = ...) -> None: ...

class ExplainRequest(_message.Message):
    __slots__ = ("project_id", "actor", "min_seq", "person", "queue_id", "task_id", "kind")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    MIN_SEQ_FIELD_NUMBER: _ClassVar[int]
    PERSON_FIELD_NUMBER: _ClassVar[int]
    QUEUE_ID_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    min_seq: int
    person: str
    queue_id: str
    task_id: str
    kind: _common_pb2.TaskKind
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., min_seq: _Optional[int] = ..., person: _Optional[str] = ..., queue_id: _Optional[str] = ..., task_id: _Optional[str] = ..., kind: _Optional[_Union[_common_pb2.TaskKind, str]] = ...) -> None: ...

class WaitingReviews(_message.Message):
    __slots__ = ("reviewer", "reviews", "oldest_time")
    REVIEWER_FIELD_NUMBER: _ClassVar[int]
    REVIEWS_FIELD_NUMBER: _ClassVar[int]
    OLDEST_TIME_FIELD_NUMBER: _ClassVar[int]
    reviewer: str
    reviews: int
    oldest_time: _timestamp_pb2.Timestamp
    def __init__(self, reviewer: _Optional[str] = ..., reviews: _Optional[int] = ..., oldest_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ExplainResponse(_message.Message):
    __slots__ = ("seq", "next_task_id", "nothing", "state", "holder", "mine", "causes", "waiting")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    NEXT_TASK_ID_FIELD_NUMBER: _ClassVar[int]
    NOTHING_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    HOLDER_FIELD_NUMBER: _ClassVar[int]
    MINE_FIELD_NUMBER: _ClassVar[int]
    CAUSES_FIELD_NUMBER: _ClassVar[int]
    WAITING_FIELD_NUMBER: _ClassVar[int]
    seq: int
    next_task_id: str
    nothing: Nothing
    state: _common_pb2.TaskState
    holder: str
    mine: bool
    causes: _containers.RepeatedScalarFieldContainer[_common_pb2.Ineligibility]
    waiting: _containers.RepeatedCompositeFieldContainer[WaitingReviews]
    def __init__(self, seq: _Optional[int] = ..., next_task_id: _Optional[str] = ..., nothing: _Optional[_Union[Nothing, _Mapping]] = ..., state: _Optional[_Union[_common_pb2.TaskState, str]] = ..., holder: _Optional[str] = ..., mine: bool = ..., causes: _Optional[_Iterable[_Union[_common_pb2.Ineligibility, str]]] = ..., waiting: _Optional[_Iterable[_Union[WaitingReviews, _Mapping]]] = ...) -> None: ...
