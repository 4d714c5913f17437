from dibs.bufvalidate import validate_pb2 as _validate_pb2
from dibs.v1 import actions_pb2 as _actions_pb2
from dibs.v1 import bulk_pb2 as _bulk_pb2
from dibs.v1 import bulk_queues_pb2 as _bulk_queues_pb2
from dibs.v1 import common_pb2 as _common_pb2
from dibs.v1 import control_pb2 as _control_pb2
from dibs.v1 import deleting_pb2 as _deleting_pb2
from dibs.v1 import duplicates_pb2 as _duplicates_pb2
from dibs.v1 import figures_pb2 as _figures_pb2
from dibs.v1 import lists_pb2 as _lists_pb2
from dibs.v1 import operation_pb2 as _operation_pb2
from dibs.v1 import origin_pb2 as _origin_pb2
from dibs.v1 import queue_datasets_pb2 as _queue_datasets_pb2
from dibs.v1 import skipping_pb2 as _skipping_pb2
from dibs.v1 import stages_pb2 as _stages_pb2
from dibs.v1 import tasks_pb2 as _tasks_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import field_mask_pb2 as _field_mask_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class QueueType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    QUEUE_TYPE_UNSPECIFIED: _ClassVar[QueueType]
    QUEUE_TYPE_LABELING: _ClassVar[QueueType]
    QUEUE_TYPE_QA: _ClassVar[QueueType]

class StatusMeaning(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    STATUS_MEANING_UNSPECIFIED: _ClassVar[StatusMeaning]
    STATUS_MEANING_DONE: _ClassVar[StatusMeaning]
    STATUS_MEANING_DISCARD: _ClassVar[StatusMeaning]
QUEUE_TYPE_UNSPECIFIED: QueueType
QUEUE_TYPE_LABELING: QueueType
QUEUE_TYPE_QA: QueueType
STATUS_MEANING_UNSPECIFIED: StatusMeaning
STATUS_MEANING_DONE: StatusMeaning
STATUS_MEANING_DISCARD: StatusMeaning

class Status(_message.Message):
    __slots__ = ("name", "meaning")
    NAME_FIELD_NUMBER: _ClassVar[int]
    MEANING_FIELD_NUMBER: _ClassVar[int]
    name: str
    meaning: StatusMeaning
    def __init__(self, name: _Optional[str] = ..., meaning: _Optional[_Union[StatusMeaning, str]] = ...) -> None: ...

class Queue(_message.Message):
    __slots__ = ("queue_id", "display_name", "type", "slots", "lease_duration", "allowed_assignees", "priority", "max_held", "statuses", "unit_classes", "create_time", "restricted", "allow_pick", "manual_mode", "hide_unassigned", "allow_reassessment", "skip_policy", "max_skips", "batches", "distribution", "tags", "related_queue_ids", "channel", "pipeline", "metadata", "source_queue_id", "source_statuses", "follow", "allowed_groups", "description", "recipe_ref", "instruction_ref", "source_query", "due_time", "owner", "etag", "pause_mode", "archived", "allowed_actions", "status", "total_tasks", "remaining_tasks", "progress_percent", "annotated_tasks", "items_with_open_issues", "items_for_review", "overdue", "state_counts", "status_counts", "update_time", "dataset_ids", "dataset_count", "allocation_method", "stage", "submit_data_time", "owner_groups", "assignment_count")
    class MetadataEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    QUEUE_ID_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    SLOTS_FIELD_NUMBER: _ClassVar[int]
    LEASE_DURATION_FIELD_NUMBER: _ClassVar[int]
    ALLOWED_ASSIGNEES_FIELD_NUMBER: _ClassVar[int]
    PRIORITY_FIELD_NUMBER: _ClassVar[int]
    MAX_HELD_FIELD_NUMBER: _ClassVar[int]
    STATUSES_FIELD_NUMBER: _ClassVar[int]
    UNIT_CLASSES_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    RESTRICTED_FIELD_NUMBER: _ClassVar[int]
    ALLOW_PICK_FIELD_NUMBER: _ClassVar[int]
    MANUAL_MODE_FIELD_NUMBER: _ClassVar[int]
    HIDE_UNASSIGNED_FIELD_NUMBER: _ClassVar[int]
    ALLOW_REASSESSMENT_FIELD_NUMBER: _ClassVar[int]
    SKIP_POLICY_FIELD_NUMBER: _ClassVar[int]
    MAX_SKIPS_FIELD_NUMBER: _ClassVar[int]
    BATCHES_FIELD_NUMBER: _ClassVar[int]
    DISTRIBUTION_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    RELATED_QUEUE_IDS_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    PIPELINE_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    SOURCE_QUEUE_ID_FIELD_NUMBER: _ClassVar[int]
    SOURCE_STATUSES_FIELD_NUMBER: _ClassVar[int]
    FOLLOW_FIELD_NUMBER: _ClassVar[int]
    ALLOWED_GROUPS_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    RECIPE_REF_FIELD_NUMBER: _ClassVar[int]
    INSTRUCTION_REF_FIELD_NUMBER: _ClassVar[int]
    SOURCE_QUERY_FIELD_NUMBER: _ClassVar[int]
    DUE_TIME_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    PAUSE_MODE_FIELD_NUMBER: _ClassVar[int]
    ARCHIVED_FIELD_NUMBER: _ClassVar[int]
    ALLOWED_ACTIONS_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_TASKS_FIELD_NUMBER: _ClassVar[int]
    REMAINING_TASKS_FIELD_NUMBER: _ClassVar[int]
    PROGRESS_PERCENT_FIELD_NUMBER: _ClassVar[int]
    ANNOTATED_TASKS_FIELD_NUMBER: _ClassVar[int]
    ITEMS_WITH_OPEN_ISSUES_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FOR_REVIEW_FIELD_NUMBER: _ClassVar[int]
    OVERDUE_FIELD_NUMBER: _ClassVar[int]
    STATE_COUNTS_FIELD_NUMBER: _ClassVar[int]
    STATUS_COUNTS_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    DATASET_IDS_FIELD_NUMBER: _ClassVar[int]
    DATASET_COUNT_FIELD_NUMBER: _ClassVar[int]
    ALLOCATION_METHOD_FIELD_NUMBER: _ClassVar[int]
    STAGE_FIELD_NUMBER: _ClassVar[int]
    SUBMIT_DATA_TIME_FIELD_NUMBER: _ClassVar[int]
    OWNER_GROUPS_FIELD_NUMBER: _ClassVar[int]
    ASSIGNMENT_COUNT_FIELD_NUMBER: _ClassVar[int]
    queue_id: str
    display_name: str
    type: QueueType
    slots: int
    lease_duration: _duration_pb2.Duration
    allowed_assignees: _containers.RepeatedScalarFieldContainer[str]
    priority: _common_pb2.Priority
    max_held: int
    statuses: _containers.RepeatedCompositeFieldContainer[Status]
    unit_classes: _containers.RepeatedScalarFieldContainer[str]
    create_time: _timestamp_pb2.Timestamp
    restricted: bool
    allow_pick: bool
    manual_mode: bool
    hide_unassigned: bool
    allow_reassessment: bool
    skip_policy: _skipping_pb2.SkipPolicy
    max_skips: int
    batches: Batches
    distribution: Distribution
    tags: _containers.RepeatedScalarFieldContainer[str]
    related_queue_ids: _containers.RepeatedScalarFieldContainer[str]
    channel: _origin_pb2.Channel
    pipeline: _origin_pb2.Pipeline
    metadata: _containers.ScalarMap[str, str]
    source_queue_id: str
    source_statuses: _containers.RepeatedScalarFieldContainer[str]
    follow: bool
    allowed_groups: _containers.RepeatedScalarFieldContainer[str]
    description: str
    recipe_ref: str
    instruction_ref: str
    source_query: str
    due_time: _timestamp_pb2.Timestamp
    owner: str
    etag: str
    pause_mode: _control_pb2.PauseMode
    archived: bool
    allowed_actions: _containers.RepeatedScalarFieldContainer[_actions_pb2.Action]
    status: _figures_pb2.WorkStatus
    total_tasks: int
    remaining_tasks: int
    progress_percent: int
    annotated_tasks: int
    items_with_open_issues: int
    items_for_review: int
    overdue: bool
    state_counts: _containers.RepeatedCompositeFieldContainer[_figures_pb2.StateCount]
    status_counts: _containers.RepeatedCompositeFieldContainer[_figures_pb2.StatusCount]
    update_time: _timestamp_pb2.Timestamp
    dataset_ids: _containers.RepeatedScalarFieldContainer[str]
    dataset_count: int
    allocation_method: _figures_pb2.AllocationMethod
    stage: _figures_pb2.Stage
    submit_data_time: _timestamp_pb2.Timestamp
    owner_groups: _containers.RepeatedScalarFieldContainer[str]
    assignment_count: int
    def __init__(self, queue_id: _Optional[str] = ..., display_name: _Optional[str] = ..., type: _Optional[_Union[QueueType, str]] = ..., slots: _Optional[int] = ..., lease_duration: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., allowed_assignees: _Optional[_Iterable[str]] = ..., priority: _Optional[_Union[_common_pb2.Priority, str]] = ..., max_held: _Optional[int] = ..., statuses: _Optional[_Iterable[_Union[Status, _Mapping]]] = ..., unit_classes: _Optional[_Iterable[str]] = ..., create_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., restricted: bool = ..., allow_pick: bool = ..., manual_mode: bool = ..., hide_unassigned: bool = ..., allow_reassessment: bool = ..., skip_policy: _Optional[_Union[_skipping_pb2.SkipPolicy, str]] = ..., max_skips: _Optional[int] = ..., batches: _Optional[_Union[Batches, _Mapping]] = ..., distribution: _Optional[_Union[Distribution, _Mapping]] = ..., tags: _Optional[_Iterable[str]] = ..., related_queue_ids: _Optional[_Iterable[str]] = ..., channel: _Optional[_Union[_origin_pb2.Channel, str]] = ..., pipeline: _Optional[_Union[_origin_pb2.Pipeline, _Mapping]] = ..., metadata: _Optional[_Mapping[str, str]] = ..., source_queue_id: _Optional[str] = ..., source_statuses: _Optional[_Iterable[str]] = ..., follow: bool = ..., allowed_groups: _Optional[_Iterable[str]] = ..., description: _Optional[str] = ..., recipe_ref: _Optional[str] = ..., instruction_ref: _Optional[str] = ..., source_query: _Optional[str] = ..., due_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., owner: _Optional[str] = ..., etag: _Optional[str] = ..., pause_mode: _Optional[_Union[_control_pb2.PauseMode, str]] = ..., archived: bool = ..., allowed_actions: _Optional[_Iterable[_Union[_actions_pb2.Action, str]]] = ..., status: _Optional[_Union[_figures_pb2.WorkStatus, str]] = ..., total_tasks: _Optional[int] = ..., remaining_tasks: _Optional[int] = ..., progress_percent: _Optional[int] = ..., annotated_tasks: _Optional[int] = ..., items_with_open_issues: _Optional[int] = ..., items_for_review: _Optional[int] = ..., overdue: bool = ..., state_counts: _Optional[_Iterable[_Union[_figures_pb2.StateCount, _Mapping]]] = ..., status_counts: _Optional[_Iterable[_Union[_figures_pb2.StatusCount, _Mapping]]] = ..., update_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., dataset_ids: _Optional[_Iterable[str]] = ..., dataset_count: _Optional[int] = ..., allocation_method: _Optional[_Union[_figures_pb2.AllocationMethod, str]] = ..., stage: _Optional[_Union[_figures_pb2.Stage, str]] = ..., submit_data_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., owner_groups: _Optional[_Iterable[str]] = ..., assignment_count: _Optional[int] = ...) -> None: ...

class Distribution(_message.Message):
    __slots__ = ("weighted", "shares")
    WEIGHTED_FIELD_NUMBER: _ClassVar[int]
    SHARES_FIELD_NUMBER: _ClassVar[int]
    weighted: bool
    shares: _containers.RepeatedCompositeFieldContainer[Share]
    def __init__(self, weighted: bool = ..., shares: _Optional[_Iterable[_Union[Share, _Mapping]]] = ...) -> None: ...

class Share(_message.Message):
    __slots__ = ("person_id", "load")
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    LOAD_FIELD_NUMBER: _ClassVar[int]
    person_id: str
    load: float
    def __init__(self, person_id: _Optional[str] = ..., load: _Optional[float] = ...) -> None: ...

class Batches(_message.Message):
    __slots__ = ("batch_size", "max_batch_workload", "next_index")
    BATCH_SIZE_FIELD_NUMBER: _ClassVar[int]
    MAX_BATCH_WORKLOAD_FIELD_NUMBER: _ClassVar[int]
    NEXT_INDEX_FIELD_NUMBER: _ClassVar[int]
    batch_size: int
    max_batch_workload: int
    next_index: int
    def __init__(self, batch_size: _Optional[int] = ..., max_batch_workload: _Optional[int] = ..., next_index: _Optional[int] = ...) -> None: ...

class CreateQueueRequest(_message.Message):
    __slots__ = ("project_id", "actor", "request_id", "queue_id", "queue")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    QUEUE_ID_FIELD_NUMBER: _ClassVar[int]
    QUEUE_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    request_id: _common_pb2.RequestId
    queue_id: str
    queue: Queue
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., request_id: _Optional[_Union[_common_pb2.RequestId, _Mapping]] = ..., queue_id: _Optional[str] = ..., queue: _Optional[_Union[Queue, _Mapping]] = ...) -> None: ...

class CreateQueueResponse(_message.Message):
    __slots__ = ("seq", "queue")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    QUEUE_FIELD_NUMBER: _ClassVar[int]
    seq: int
    queue: Queue
    def __init__(self, seq: _Optional[int] = ..., queue: _Optional[_Union[Queue, _Mapping]] = ...) -> None: ...

class UpdateQueueRequest(_message.Message):
    __slots__ = ("project_id", "actor", "request_id", "queue_id", "queue", "update_mask")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    QUEUE_ID_FIELD_NUMBER: _ClassVar[int]
    QUEUE_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    request_id: _common_pb2.RequestId
    queue_id: str
    queue: Queue
    update_mask: _field_mask_pb2.FieldMask
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., request_id: _Optional[_Union[_common_pb2.RequestId, _Mapping]] = ..., queue_id: _Optional[str] = ..., queue: _Optional[_Union[Queue, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ...) -> None: ...

class UpdateQueueResponse(_message.Message):
    __slots__ = ("seq", "queue")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    QUEUE_FIELD_NUMBER: _ClassVar[int]
    seq: int
    queue: Queue
    def __init__(self, seq: _Optional[int] = ..., queue: _Optional[_Union[Queue, _Mapping]] = ...) -> None: ...

class BulkUpdateQueuesRequest(_message.Message):
    __slots__ = ("project_id", "actor", "request_id", "queue_ids", "filter", "queue", "update_mask")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    QUEUE_IDS_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    QUEUE_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    request_id: _common_pb2.RequestId
    queue_ids: _containers.RepeatedScalarFieldContainer[str]
    filter: str
    queue: Queue
    update_mask: _field_mask_pb2.FieldMask
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., request_id: _Optional[_Union[_common_pb2.RequestId, _Mapping]] = ..., queue_ids: _Optional[_Iterable[str]] = ..., filter: _Optional[str] = ..., queue: _Optional[_Union[Queue, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ...) -> None: ...

class BulkUpdateQueuesResponse(_message.Message):
    __slots__ = ("seq", "operation", "refused")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    OPERATION_FIELD_NUMBER: _ClassVar[int]
    REFUSED_FIELD_NUMBER: _ClassVar[int]
    seq: int
    operation: _operation_pb2.Operation
    refused: _containers.RepeatedCompositeFieldContainer[_bulk_queues_pb2.RefusedQueue]
    def __init__(self, seq: _Optional[int] = ..., operation: _Optional[_Union[_operation_pb2.Operation, _Mapping]] = ..., refused: _Optional[_Iterable[_Union[_bulk_queues_pb2.RefusedQueue, _Mapping]]] = ...) -> None: ...

class AddContributorsRequest(_message.Message):
    __slots__ = ("project_id", "actor", "request_id", "queue_id", "person_ids", "group_ids")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    QUEUE_ID_FIELD_NUMBER: _ClassVar[int]
    PERSON_IDS_FIELD_NUMBER: _ClassVar[int]
    GROUP_IDS_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    request_id: _common_pb2.RequestId
    queue_id: str
    person_ids: _containers.RepeatedScalarFieldContainer[str]
    group_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., request_id: _Optional[_Union[_common_pb2.RequestId, _Mapping]] = ..., queue_id: _Optional[str] = ..., person_ids: _Optional[_Iterable[str]] = ..., group_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class AddContributorsResponse(_message.Message):
    __slots__ = ("seq", "queue")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    QUEUE_FIELD_NUMBER: _ClassVar[int]
    seq: int
    queue: Queue
    def __init__(self, seq: _Optional[int] = ..., queue: _Optional[_Union[Queue, _Mapping]] = ...) -> None: ...

class RemoveContributorsRequest(_message.Message):
    __slots__ = ("project_id", "actor", "request_id", "queue_id", "person_ids", "group_ids")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    QUEUE_ID_FIELD_NUMBER: _ClassVar[int]
    PERSON_IDS_FIELD_NUMBER: _ClassVar[int]
    GROUP_IDS_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    request_id: _common_pb2.RequestId
    queue_id: str
    person_ids: _containers.RepeatedScalarFieldContainer[str]
    group_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., request_id: _Optional[_Union[_common_pb2.RequestId, _Mapping]] = ..., queue_id: _Optional[str] = ..., person_ids: _Optional[_Iterable[str]] = ..., group_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class RemoveContributorsResponse(_message.Message):
    __slots__ = ("seq", "queue", "operation")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    QUEUE_FIELD_NUMBER: _ClassVar[int]
    OPERATION_FIELD_NUMBER: _ClassVar[int]
    seq: int
    queue: Queue
    operation: _operation_pb2.Operation
    def __init__(self, seq: _Optional[int] = ..., queue: _Optional[_Union[Queue, _Mapping]] = ..., operation: _Optional[_Union[_operation_pb2.Operation, _Mapping]] = ...) -> None: ...

class GetQueueRequest(_message.Message):
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

class GetQueueResponse(_message.Message):
    __slots__ = ("queue",)
    QUEUE_FIELD_NUMBER: _ClassVar[int]
    queue: Queue
    def __init__(self, queue: _Optional[_Union[Queue, _Mapping]] = ...) -> None: ...

class ListQueuesRequest(_message.Message):
    __slots__ = ("project_id", "actor", "min_seq", "page_size", "page_token", "filter", "order_by", "include_archived", "read_mask")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    MIN_SEQ_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    ORDER_BY_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_ARCHIVED_FIELD_NUMBER: _ClassVar[int]
    READ_MASK_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    min_seq: int
    page_size: int
    page_token: str
    filter: str
    order_by: str
    include_archived: bool
    read_mask: _field_mask_pb2.FieldMask
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., min_seq: _Optional[int] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., filter: _Optional[str] = ..., order_by: _Optional[str] = ..., include_archived: bool = ..., read_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ...) -> None: ...

class ListQueuesResponse(_message.Message):
    __slots__ = ("queues", "next_page_token", "total_size", "total_is_lower_bound")
    QUEUES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    TOTAL_SIZE_FIELD_NUMBER: _ClassVar[int]
    TOTAL_IS_LOWER_BOUND_FIELD_NUMBER: _ClassVar[int]
    queues: _containers.RepeatedCompositeFieldContainer[Queue]
    next_page_token: str
    total_size: int
    total_is_lower_bound: bool
    def __init__(self, queues: _Optional[_Iterable[_Union[Queue, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., total_size: _Optional[int] = ..., total_is_lower_bound: bool = ...) -> None: ...

class GetQueueDepthRequest(_message.Message):
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

class GetQueueDepthResponse(_message.Message):
    __slots__ = ("seq", "tasks", "available", "held", "oldest_waiting_age", "next_free", "items_pending", "items_not_added", "pause_mode", "archived", "review")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    TASKS_FIELD_NUMBER: _ClassVar[int]
    AVAILABLE_FIELD_NUMBER: _ClassVar[int]
    HELD_FIELD_NUMBER: _ClassVar[int]
    OLDEST_WAITING_AGE_FIELD_NUMBER: _ClassVar[int]
    NEXT_FREE_FIELD_NUMBER: _ClassVar[int]
    ITEMS_PENDING_FIELD_NUMBER: _ClassVar[int]
    ITEMS_NOT_ADDED_FIELD_NUMBER: _ClassVar[int]
    PAUSE_MODE_FIELD_NUMBER: _ClassVar[int]
    ARCHIVED_FIELD_NUMBER: _ClassVar[int]
    REVIEW_FIELD_NUMBER: _ClassVar[int]
    seq: int
    tasks: _containers.RepeatedCompositeFieldContainer[_figures_pb2.StateCount]
    available: int
    held: int
    oldest_waiting_age: _duration_pb2.Duration
    next_free: _timestamp_pb2.Timestamp
    items_pending: int
    items_not_added: int
    pause_mode: _control_pb2.PauseMode
    archived: bool
    review: ReviewDepth
    def __init__(self, seq: _Optional[int] = ..., tasks: _Optional[_Iterable[_Union[_figures_pb2.StateCount, _Mapping]]] = ..., available: _Optional[int] = ..., held: _Optional[int] = ..., oldest_waiting_age: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., next_free: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., items_pending: _Optional[int] = ..., items_not_added: _Optional[int] = ..., pause_mode: _Optional[_Union[_control_pb2.PauseMode, str]] = ..., archived: bool = ..., review: _Optional[_Union[ReviewDepth, _Mapping]] = ...) -> None: ...

class ReviewDepth(_message.Message):
    __slots__ = ("enabled", "waiting", "held", "expert_waiting", "expert_held", "oldest_age", "backpressure")
    ENABLED_FIELD_NUMBER: _ClassVar[int]
    WAITING_FIELD_NUMBER: _ClassVar[int]
    HELD_FIELD_NUMBER: _ClassVar[int]
    EXPERT_WAITING_FIELD_NUMBER: _ClassVar[int]
    EXPERT_HELD_FIELD_NUMBER: _ClassVar[int]
    OLDEST_AGE_FIELD_NUMBER: _ClassVar[int]
    BACKPRESSURE_FIELD_NUMBER: _ClassVar[int]
    enabled: bool
    waiting: int
    held: int
    expert_waiting: int
    expert_held: int
    oldest_age: _duration_pb2.Duration
    backpressure: bool
    def __init__(self, enabled: bool = ..., waiting: _Optional[int] = ..., held: _Optional[int] = ..., expert_waiting: _Optional[int] = ..., expert_held: _Optional[int] = ..., oldest_age: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., backpressure: bool = ...) -> None: ...

class AttachDatasetRequest(_message.Message):
    __slots__ = ("project_id", "actor", "request_id", "queue_id", "dataset_id", "priority", "not_before", "on_duplicate", "priority_level")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    QUEUE_ID_FIELD_NUMBER: _ClassVar[int]
    DATASET_ID_FIELD_NUMBER: _ClassVar[int]
    PRIORITY_FIELD_NUMBER: _ClassVar[int]
    NOT_BEFORE_FIELD_NUMBER: _ClassVar[int]
    ON_DUPLICATE_FIELD_NUMBER: _ClassVar[int]
    PRIORITY_LEVEL_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    request_id: _common_pb2.RequestId
    queue_id: str
    dataset_id: str
    priority: _common_pb2.Priority
    not_before: _timestamp_pb2.Timestamp
    on_duplicate: _duplicates_pb2.OnDuplicate
    priority_level: float
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., request_id: _Optional[_Union[_common_pb2.RequestId, _Mapping]] = ..., queue_id: _Optional[str] = ..., dataset_id: _Optional[str] = ..., priority: _Optional[_Union[_common_pb2.Priority, str]] = ..., not_before: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., on_duplicate: _Optional[_Union[_duplicates_pb2.OnDuplicate, str]] = ..., priority_level: _Optional[float] = ...) -> None: ...

class AttachDatasetResponse(_message.Message):
    __slots__ = ("seq", "already_done")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    ALREADY_DONE_FIELD_NUMBER: _ClassVar[int]
    seq: int
    already_done: _duplicates_pb2.AlreadyDone
    def __init__(self, seq: _Optional[int] = ..., already_done: _Optional[_Union[_duplicates_pb2.AlreadyDone, _Mapping]] = ...) -> None: ...

class AddItemsRequest(_message.Message):
    __slots__ = ("project_id", "actor", "request_id", "queue_id", "dataset_id", "external_ids", "priority", "not_before", "on_duplicate", "priority_level")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    QUEUE_ID_FIELD_NUMBER: _ClassVar[int]
    DATASET_ID_FIELD_NUMBER: _ClassVar[int]
    EXTERNAL_IDS_FIELD_NUMBER: _ClassVar[int]
    PRIORITY_FIELD_NUMBER: _ClassVar[int]
    NOT_BEFORE_FIELD_NUMBER: _ClassVar[int]
    ON_DUPLICATE_FIELD_NUMBER: _ClassVar[int]
    PRIORITY_LEVEL_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    request_id: _common_pb2.RequestId
    queue_id: str
    dataset_id: str
    external_ids: _containers.RepeatedScalarFieldContainer[str]
    priority: _common_pb2.Priority
    not_before: _timestamp_pb2.Timestamp
    on_duplicate: _duplicates_pb2.OnDuplicate
    priority_level: float
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., request_id: _Optional[_Union[_common_pb2.RequestId, _Mapping]] = ..., queue_id: _Optional[str] = ..., dataset_id: _Optional[str] = ..., external_ids: _Optional[_Iterable[str]] = ..., priority: _Optional[_Union[_common_pb2.Priority, str]] = ..., not_before: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., on_duplicate: _Optional[_Union[_duplicates_pb2.OnDuplicate, str]] = ..., priority_level: _Optional[float] = ...) -> None: ...

class AddItemsResponse(_message.Message):
    __slots__ = ("seq", "added", "already_done")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    ADDED_FIELD_NUMBER: _ClassVar[int]
    ALREADY_DONE_FIELD_NUMBER: _ClassVar[int]
    seq: int
    added: int
    already_done: _duplicates_pb2.AlreadyDone
    def __init__(self, seq: _Optional[int] = ..., added: _Optional[int] = ..., already_done: _Optional[_Union[_duplicates_pb2.AlreadyDone, _Mapping]] = ...) -> None: ...
