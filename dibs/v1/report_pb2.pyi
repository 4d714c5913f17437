from dibs.bufvalidate import validate_pb2 as _validate_pb2
from dibs.v1 import common_pb2 as _common_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ActivityTask(_message.Message):
    __slots__ = ("task_id", "all_slots", "queue_id", "person", "state", "lease_token", "previous_person", "dataset_id", "external_id")
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    ALL_SLOTS_FIELD_NUMBER: _ClassVar[int]
    QUEUE_ID_FIELD_NUMBER: _ClassVar[int]
    PERSON_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    LEASE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    PREVIOUS_PERSON_FIELD_NUMBER: _ClassVar[int]
    DATASET_ID_FIELD_NUMBER: _ClassVar[int]
    EXTERNAL_ID_FIELD_NUMBER: _ClassVar[int]
    task_id: str
    all_slots: bool
    queue_id: str
    person: str
    state: _common_pb2.TaskState
    lease_token: int
    previous_person: str
    dataset_id: str
    external_id: str
    def __init__(self, task_id: _Optional[str] = ..., all_slots: bool = ..., queue_id: _Optional[str] = ..., person: _Optional[str] = ..., state: _Optional[_Union[_common_pb2.TaskState, str]] = ..., lease_token: _Optional[int] = ..., previous_person: _Optional[str] = ..., dataset_id: _Optional[str] = ..., external_id: _Optional[str] = ...) -> None: ...

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
