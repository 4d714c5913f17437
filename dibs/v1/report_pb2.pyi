from dibs.bufvalidate import validate_pb2 as _validate_pb2
from dibs.v1 import common_pb2 as _common_pb2
from dibs.v1 import quality_pb2 as _quality_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ActivityTask(_message.Message):
    __slots__ = ("task_id", "all_slots", "queue_id", "person", "state", "lease_token", "previous_person", "dataset_id", "external_id", "kind")
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    ALL_SLOTS_FIELD_NUMBER: _ClassVar[int]
    QUEUE_ID_FIELD_NUMBER: _ClassVar[int]
    PERSON_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    LEASE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    PREVIOUS_PERSON_FIELD_NUMBER: _ClassVar[int]
    DATASET_ID_FIELD_NUMBER: _ClassVar[int]
    EXTERNAL_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    task_id: str
    all_slots: bool
    queue_id: str
    person: str
    state: _common_pb2.TaskState
    lease_token: int
    previous_person: str
    dataset_id: str
    external_id: str
    kind: _common_pb2.TaskKind
    def __init__(self, task_id: _Optional[str] = ..., all_slots: bool = ..., queue_id: _Optional[str] = ..., person: _Optional[str] = ..., state: _Optional[_Union[_common_pb2.TaskState, str]] = ..., lease_token: _Optional[int] = ..., previous_person: _Optional[str] = ..., dataset_id: _Optional[str] = ..., external_id: _Optional[str] = ..., kind: _Optional[_Union[_common_pb2.TaskKind, str]] = ...) -> None: ...

class Activity(_message.Message):
    __slots__ = ("seq", "change", "create_time", "actor", "person_ids", "queue_ids", "dataset_id", "tasks", "count", "reason", "operation_id")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    CHANGE_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    PERSON_IDS_FIELD_NUMBER: _ClassVar[int]
    QUEUE_IDS_FIELD_NUMBER: _ClassVar[int]
    DATASET_ID_FIELD_NUMBER: _ClassVar[int]
    TASKS_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    OPERATION_ID_FIELD_NUMBER: _ClassVar[int]
    seq: int
    change: str
    create_time: _timestamp_pb2.Timestamp
    actor: str
    person_ids: _containers.RepeatedScalarFieldContainer[str]
    queue_ids: _containers.RepeatedScalarFieldContainer[str]
    dataset_id: str
    tasks: _containers.RepeatedCompositeFieldContainer[ActivityTask]
    count: int
    reason: str
    operation_id: str
    def __init__(self, seq: _Optional[int] = ..., change: _Optional[str] = ..., create_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., actor: _Optional[str] = ..., person_ids: _Optional[_Iterable[str]] = ..., queue_ids: _Optional[_Iterable[str]] = ..., dataset_id: _Optional[str] = ..., tasks: _Optional[_Iterable[_Union[ActivityTask, _Mapping]]] = ..., count: _Optional[int] = ..., reason: _Optional[str] = ..., operation_id: _Optional[str] = ...) -> None: ...

class ListActivityRequest(_message.Message):
    __slots__ = ("project_id", "actor", "min_seq", "page_size", "page_token", "queue_id", "filter", "order_by")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    MIN_SEQ_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    QUEUE_ID_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    ORDER_BY_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    min_seq: int
    page_size: int
    page_token: str
    queue_id: str
    filter: str
    order_by: str
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., min_seq: _Optional[int] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., queue_id: _Optional[str] = ..., filter: _Optional[str] = ..., order_by: _Optional[str] = ...) -> None: ...

class ListActivityResponse(_message.Message):
    __slots__ = ("activity", "next_page_token", "total_size", "total_is_lower_bound")
    ACTIVITY_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    TOTAL_SIZE_FIELD_NUMBER: _ClassVar[int]
    TOTAL_IS_LOWER_BOUND_FIELD_NUMBER: _ClassVar[int]
    activity: _containers.RepeatedCompositeFieldContainer[Activity]
    next_page_token: str
    total_size: int
    total_is_lower_bound: bool
    def __init__(self, activity: _Optional[_Iterable[_Union[Activity, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., total_size: _Optional[int] = ..., total_is_lower_bound: bool = ...) -> None: ...

class WatchRequest(_message.Message):
    __slots__ = ("project_id", "actor", "from_seq", "heartbeat_interval", "queue_id")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    FROM_SEQ_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_INTERVAL_FIELD_NUMBER: _ClassVar[int]
    QUEUE_ID_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    from_seq: int
    heartbeat_interval: _duration_pb2.Duration
    queue_id: str
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., from_seq: _Optional[int] = ..., heartbeat_interval: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., queue_id: _Optional[str] = ...) -> None: ...

class WatchResponse(_message.Message):
    __slots__ = ("seq", "activity")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    ACTIVITY_FIELD_NUMBER: _ClassVar[int]
    seq: int
    activity: Activity
    def __init__(self, seq: _Optional[int] = ..., activity: _Optional[_Union[Activity, _Mapping]] = ...) -> None: ...

class GetWorkloadRequest(_message.Message):
    __slots__ = ("project_id", "actor", "min_seq", "queue_id", "window")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    MIN_SEQ_FIELD_NUMBER: _ClassVar[int]
    QUEUE_ID_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    min_seq: int
    queue_id: str
    window: _duration_pb2.Duration
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., min_seq: _Optional[int] = ..., queue_id: _Optional[str] = ..., window: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class GetWorkloadResponse(_message.Message):
    __slots__ = ("workloads", "since", "tasks", "urgent_tasks", "urgent_share")
    WORKLOADS_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    TASKS_FIELD_NUMBER: _ClassVar[int]
    URGENT_TASKS_FIELD_NUMBER: _ClassVar[int]
    URGENT_SHARE_FIELD_NUMBER: _ClassVar[int]
    workloads: _containers.RepeatedCompositeFieldContainer[PersonWorkload]
    since: _timestamp_pb2.Timestamp
    tasks: int
    urgent_tasks: int
    urgent_share: float
    def __init__(self, workloads: _Optional[_Iterable[_Union[PersonWorkload, _Mapping]]] = ..., since: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., tasks: _Optional[int] = ..., urgent_tasks: _Optional[int] = ..., urgent_share: _Optional[float] = ...) -> None: ...

class PersonWorkload(_message.Message):
    __slots__ = ("person_id", "active", "open_tasks", "open_weight", "started_tasks", "returned_tasks", "done_today", "done_tasks", "median_handling", "last_seen_time", "idle", "overloaded")
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_FIELD_NUMBER: _ClassVar[int]
    OPEN_TASKS_FIELD_NUMBER: _ClassVar[int]
    OPEN_WEIGHT_FIELD_NUMBER: _ClassVar[int]
    STARTED_TASKS_FIELD_NUMBER: _ClassVar[int]
    RETURNED_TASKS_FIELD_NUMBER: _ClassVar[int]
    DONE_TODAY_FIELD_NUMBER: _ClassVar[int]
    DONE_TASKS_FIELD_NUMBER: _ClassVar[int]
    MEDIAN_HANDLING_FIELD_NUMBER: _ClassVar[int]
    LAST_SEEN_TIME_FIELD_NUMBER: _ClassVar[int]
    IDLE_FIELD_NUMBER: _ClassVar[int]
    OVERLOADED_FIELD_NUMBER: _ClassVar[int]
    person_id: str
    active: bool
    open_tasks: int
    open_weight: float
    started_tasks: int
    returned_tasks: int
    done_today: int
    done_tasks: int
    median_handling: _duration_pb2.Duration
    last_seen_time: _timestamp_pb2.Timestamp
    idle: bool
    overloaded: bool
    def __init__(self, person_id: _Optional[str] = ..., active: bool = ..., open_tasks: _Optional[int] = ..., open_weight: _Optional[float] = ..., started_tasks: _Optional[int] = ..., returned_tasks: _Optional[int] = ..., done_today: _Optional[int] = ..., done_tasks: _Optional[int] = ..., median_handling: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., last_seen_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., idle: bool = ..., overloaded: bool = ...) -> None: ...

class GetForecastRequest(_message.Message):
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

class GetForecastResponse(_message.Message):
    __slots__ = ("now", "queue", "assignments")
    NOW_FIELD_NUMBER: _ClassVar[int]
    QUEUE_FIELD_NUMBER: _ClassVar[int]
    ASSIGNMENTS_FIELD_NUMBER: _ClassVar[int]
    now: _timestamp_pb2.Timestamp
    queue: Forecast
    assignments: _containers.RepeatedCompositeFieldContainer[AssignmentForecast]
    def __init__(self, now: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., queue: _Optional[_Union[Forecast, _Mapping]] = ..., assignments: _Optional[_Iterable[_Union[AssignmentForecast, _Mapping]]] = ...) -> None: ...

class Forecast(_message.Message):
    __slots__ = ("remaining_tasks", "remaining_weight", "finish_time", "earliest_finish_time", "latest_finish_time", "due_time", "deadline_risk", "overdue", "at_risk")
    REMAINING_TASKS_FIELD_NUMBER: _ClassVar[int]
    REMAINING_WEIGHT_FIELD_NUMBER: _ClassVar[int]
    FINISH_TIME_FIELD_NUMBER: _ClassVar[int]
    EARLIEST_FINISH_TIME_FIELD_NUMBER: _ClassVar[int]
    LATEST_FINISH_TIME_FIELD_NUMBER: _ClassVar[int]
    DUE_TIME_FIELD_NUMBER: _ClassVar[int]
    DEADLINE_RISK_FIELD_NUMBER: _ClassVar[int]
    OVERDUE_FIELD_NUMBER: _ClassVar[int]
    AT_RISK_FIELD_NUMBER: _ClassVar[int]
    remaining_tasks: int
    remaining_weight: float
    finish_time: _timestamp_pb2.Timestamp
    earliest_finish_time: _timestamp_pb2.Timestamp
    latest_finish_time: _timestamp_pb2.Timestamp
    due_time: _timestamp_pb2.Timestamp
    deadline_risk: float
    overdue: bool
    at_risk: bool
    def __init__(self, remaining_tasks: _Optional[int] = ..., remaining_weight: _Optional[float] = ..., finish_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., earliest_finish_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., latest_finish_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., due_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., deadline_risk: _Optional[float] = ..., overdue: bool = ..., at_risk: bool = ...) -> None: ...

class AssignmentForecast(_message.Message):
    __slots__ = ("assignment_id", "person_id", "forecast", "last_change_time", "median_handling", "aging", "too_small", "too_large")
    ASSIGNMENT_ID_FIELD_NUMBER: _ClassVar[int]
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    FORECAST_FIELD_NUMBER: _ClassVar[int]
    LAST_CHANGE_TIME_FIELD_NUMBER: _ClassVar[int]
    MEDIAN_HANDLING_FIELD_NUMBER: _ClassVar[int]
    AGING_FIELD_NUMBER: _ClassVar[int]
    TOO_SMALL_FIELD_NUMBER: _ClassVar[int]
    TOO_LARGE_FIELD_NUMBER: _ClassVar[int]
    assignment_id: str
    person_id: str
    forecast: Forecast
    last_change_time: _timestamp_pb2.Timestamp
    median_handling: _duration_pb2.Duration
    aging: bool
    too_small: bool
    too_large: bool
    def __init__(self, assignment_id: _Optional[str] = ..., person_id: _Optional[str] = ..., forecast: _Optional[_Union[Forecast, _Mapping]] = ..., last_change_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., median_handling: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., aging: bool = ..., too_small: bool = ..., too_large: bool = ...) -> None: ...
