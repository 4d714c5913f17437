from dibs.bufvalidate import validate_pb2 as _validate_pb2
from dibs.v1 import allocation_pb2 as _allocation_pb2
from dibs.v1 import common_pb2 as _common_pb2
from dibs.v1 import figures_pb2 as _figures_pb2
from dibs.v1 import operation_pb2 as _operation_pb2
from dibs.v1 import origin_pb2 as _origin_pb2
from dibs.v1 import queue_pb2 as _queue_pb2
from google.protobuf import field_mask_pb2 as _field_mask_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AssignmentKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ASSIGNMENT_KIND_UNSPECIFIED: _ClassVar[AssignmentKind]
    ASSIGNMENT_KIND_SHARE: _ClassVar[AssignmentKind]
    ASSIGNMENT_KIND_BUCKET: _ClassVar[AssignmentKind]
    ASSIGNMENT_KIND_RANGE: _ClassVar[AssignmentKind]

class Spread(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SPREAD_UNSPECIFIED: _ClassVar[Spread]
    SPREAD_BY_LOAD: _ClassVar[Spread]
    SPREAD_LEVEL: _ClassVar[Spread]
ASSIGNMENT_KIND_UNSPECIFIED: AssignmentKind
ASSIGNMENT_KIND_SHARE: AssignmentKind
ASSIGNMENT_KIND_BUCKET: AssignmentKind
ASSIGNMENT_KIND_RANGE: AssignmentKind
SPREAD_UNSPECIFIED: Spread
SPREAD_BY_LOAD: Spread
SPREAD_LEVEL: Spread

class Assignment(_message.Message):
    __slots__ = ("assignment_id", "queue_id", "queue_name", "person_id", "kind", "status", "priority", "due_time", "overdue", "active", "locked", "description", "channel", "total_tasks", "remaining_tasks", "progress_percent", "items_with_open_issues", "items_for_review", "state_counts", "queue_create_time", "type", "note", "etag", "first_place", "last_place")
    ASSIGNMENT_ID_FIELD_NUMBER: _ClassVar[int]
    QUEUE_ID_FIELD_NUMBER: _ClassVar[int]
    QUEUE_NAME_FIELD_NUMBER: _ClassVar[int]
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    PRIORITY_FIELD_NUMBER: _ClassVar[int]
    DUE_TIME_FIELD_NUMBER: _ClassVar[int]
    OVERDUE_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_FIELD_NUMBER: _ClassVar[int]
    LOCKED_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    TOTAL_TASKS_FIELD_NUMBER: _ClassVar[int]
    REMAINING_TASKS_FIELD_NUMBER: _ClassVar[int]
    PROGRESS_PERCENT_FIELD_NUMBER: _ClassVar[int]
    ITEMS_WITH_OPEN_ISSUES_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FOR_REVIEW_FIELD_NUMBER: _ClassVar[int]
    STATE_COUNTS_FIELD_NUMBER: _ClassVar[int]
    QUEUE_CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    FIRST_PLACE_FIELD_NUMBER: _ClassVar[int]
    LAST_PLACE_FIELD_NUMBER: _ClassVar[int]
    assignment_id: str
    queue_id: str
    queue_name: str
    person_id: str
    kind: AssignmentKind
    status: _figures_pb2.WorkStatus
    priority: _common_pb2.Priority
    due_time: _timestamp_pb2.Timestamp
    overdue: bool
    active: bool
    locked: bool
    description: str
    channel: _origin_pb2.Channel
    total_tasks: int
    remaining_tasks: int
    progress_percent: int
    items_with_open_issues: int
    items_for_review: int
    state_counts: _containers.RepeatedCompositeFieldContainer[_figures_pb2.StateCount]
    queue_create_time: _timestamp_pb2.Timestamp
    type: _queue_pb2.QueueType
    note: str
    etag: str
    first_place: int
    last_place: int
    def __init__(self, assignment_id: _Optional[str] = ..., queue_id: _Optional[str] = ..., queue_name: _Optional[str] = ..., person_id: _Optional[str] = ..., kind: _Optional[_Union[AssignmentKind, str]] = ..., status: _Optional[_Union[_figures_pb2.WorkStatus, str]] = ..., priority: _Optional[_Union[_common_pb2.Priority, str]] = ..., due_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., overdue: bool = ..., active: bool = ..., locked: bool = ..., description: _Optional[str] = ..., channel: _Optional[_Union[_origin_pb2.Channel, str]] = ..., total_tasks: _Optional[int] = ..., remaining_tasks: _Optional[int] = ..., progress_percent: _Optional[int] = ..., items_with_open_issues: _Optional[int] = ..., items_for_review: _Optional[int] = ..., state_counts: _Optional[_Iterable[_Union[_figures_pb2.StateCount, _Mapping]]] = ..., queue_create_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., type: _Optional[_Union[_queue_pb2.QueueType, str]] = ..., note: _Optional[str] = ..., etag: _Optional[str] = ..., first_place: _Optional[int] = ..., last_place: _Optional[int] = ...) -> None: ...

class GetAssignmentRequest(_message.Message):
    __slots__ = ("project_id", "actor", "min_seq", "assignment_id")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    MIN_SEQ_FIELD_NUMBER: _ClassVar[int]
    ASSIGNMENT_ID_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    min_seq: int
    assignment_id: str
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., min_seq: _Optional[int] = ..., assignment_id: _Optional[str] = ...) -> None: ...

class GetAssignmentResponse(_message.Message):
    __slots__ = ("assignment",)
    ASSIGNMENT_FIELD_NUMBER: _ClassVar[int]
    assignment: Assignment
    def __init__(self, assignment: _Optional[_Union[Assignment, _Mapping]] = ...) -> None: ...

class ListAssignmentsRequest(_message.Message):
    __slots__ = ("project_id", "actor", "min_seq", "page_size", "page_token", "filter", "order_by", "include_archived")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    MIN_SEQ_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    ORDER_BY_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_ARCHIVED_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    min_seq: int
    page_size: int
    page_token: str
    filter: str
    order_by: str
    include_archived: bool
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., min_seq: _Optional[int] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., filter: _Optional[str] = ..., order_by: _Optional[str] = ..., include_archived: bool = ...) -> None: ...

class ListAssignmentsResponse(_message.Message):
    __slots__ = ("assignments", "next_page_token", "total_size", "total_is_lower_bound")
    ASSIGNMENTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    TOTAL_SIZE_FIELD_NUMBER: _ClassVar[int]
    TOTAL_IS_LOWER_BOUND_FIELD_NUMBER: _ClassVar[int]
    assignments: _containers.RepeatedCompositeFieldContainer[Assignment]
    next_page_token: str
    total_size: int
    total_is_lower_bound: bool
    def __init__(self, assignments: _Optional[_Iterable[_Union[Assignment, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., total_size: _Optional[int] = ..., total_is_lower_bound: bool = ...) -> None: ...

class NextTaskRequest(_message.Message):
    __slots__ = ("project_id", "actor", "request_id", "assignment_id")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ASSIGNMENT_ID_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    request_id: _common_pb2.RequestId
    assignment_id: str
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., request_id: _Optional[_Union[_common_pb2.RequestId, _Mapping]] = ..., assignment_id: _Optional[str] = ...) -> None: ...

class NextTaskResponse(_message.Message):
    __slots__ = ("seq", "task", "nothing")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    TASK_FIELD_NUMBER: _ClassVar[int]
    NOTHING_FIELD_NUMBER: _ClassVar[int]
    seq: int
    task: _common_pb2.Task
    nothing: _allocation_pb2.Nothing
    def __init__(self, seq: _Optional[int] = ..., task: _Optional[_Union[_common_pb2.Task, _Mapping]] = ..., nothing: _Optional[_Union[_allocation_pb2.Nothing, _Mapping]] = ...) -> None: ...

class UpdateAssignmentRequest(_message.Message):
    __slots__ = ("project_id", "actor", "request_id", "assignment_id", "due_time", "priority", "note", "update_mask", "etag", "reason")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ASSIGNMENT_ID_FIELD_NUMBER: _ClassVar[int]
    DUE_TIME_FIELD_NUMBER: _ClassVar[int]
    PRIORITY_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    request_id: _common_pb2.RequestId
    assignment_id: str
    due_time: _timestamp_pb2.Timestamp
    priority: _common_pb2.Priority
    note: str
    update_mask: _field_mask_pb2.FieldMask
    etag: str
    reason: str
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., request_id: _Optional[_Union[_common_pb2.RequestId, _Mapping]] = ..., assignment_id: _Optional[str] = ..., due_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., priority: _Optional[_Union[_common_pb2.Priority, str]] = ..., note: _Optional[str] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., etag: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class UpdateAssignmentResponse(_message.Message):
    __slots__ = ("seq", "assignment")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    ASSIGNMENT_FIELD_NUMBER: _ClassVar[int]
    seq: int
    assignment: Assignment
    def __init__(self, seq: _Optional[int] = ..., assignment: _Optional[_Union[Assignment, _Mapping]] = ...) -> None: ...

class CreateRangeRequest(_message.Message):
    __slots__ = ("project_id", "actor", "request_id", "queue_id", "person", "first", "last", "reason", "due_time", "priority", "note")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    QUEUE_ID_FIELD_NUMBER: _ClassVar[int]
    PERSON_FIELD_NUMBER: _ClassVar[int]
    FIRST_FIELD_NUMBER: _ClassVar[int]
    LAST_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    DUE_TIME_FIELD_NUMBER: _ClassVar[int]
    PRIORITY_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    request_id: _common_pb2.RequestId
    queue_id: str
    person: str
    first: int
    last: int
    reason: str
    due_time: _timestamp_pb2.Timestamp
    priority: _common_pb2.Priority
    note: str
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., request_id: _Optional[_Union[_common_pb2.RequestId, _Mapping]] = ..., queue_id: _Optional[str] = ..., person: _Optional[str] = ..., first: _Optional[int] = ..., last: _Optional[int] = ..., reason: _Optional[str] = ..., due_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., priority: _Optional[_Union[_common_pb2.Priority, str]] = ..., note: _Optional[str] = ...) -> None: ...

class CreateRangeResponse(_message.Message):
    __slots__ = ("seq", "assignment", "operation")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    ASSIGNMENT_FIELD_NUMBER: _ClassVar[int]
    OPERATION_FIELD_NUMBER: _ClassVar[int]
    seq: int
    assignment: Assignment
    operation: _operation_pb2.Operation
    def __init__(self, seq: _Optional[int] = ..., assignment: _Optional[_Union[Assignment, _Mapping]] = ..., operation: _Optional[_Union[_operation_pb2.Operation, _Mapping]] = ...) -> None: ...

class SplitRangeRequest(_message.Message):
    __slots__ = ("project_id", "actor", "request_id", "assignment_id", "at", "reason")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ASSIGNMENT_ID_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    request_id: _common_pb2.RequestId
    assignment_id: str
    at: int
    reason: str
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., request_id: _Optional[_Union[_common_pb2.RequestId, _Mapping]] = ..., assignment_id: _Optional[str] = ..., at: _Optional[int] = ..., reason: _Optional[str] = ...) -> None: ...

class SplitRangeResponse(_message.Message):
    __slots__ = ("seq", "assignments")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    ASSIGNMENTS_FIELD_NUMBER: _ClassVar[int]
    seq: int
    assignments: _containers.RepeatedCompositeFieldContainer[Assignment]
    def __init__(self, seq: _Optional[int] = ..., assignments: _Optional[_Iterable[_Union[Assignment, _Mapping]]] = ...) -> None: ...

class MergeRangesRequest(_message.Message):
    __slots__ = ("project_id", "actor", "request_id", "assignment_id", "other_assignment_id", "reason")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ASSIGNMENT_ID_FIELD_NUMBER: _ClassVar[int]
    OTHER_ASSIGNMENT_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    request_id: _common_pb2.RequestId
    assignment_id: str
    other_assignment_id: str
    reason: str
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., request_id: _Optional[_Union[_common_pb2.RequestId, _Mapping]] = ..., assignment_id: _Optional[str] = ..., other_assignment_id: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class MergeRangesResponse(_message.Message):
    __slots__ = ("seq", "assignment")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    ASSIGNMENT_FIELD_NUMBER: _ClassVar[int]
    seq: int
    assignment: Assignment
    def __init__(self, seq: _Optional[int] = ..., assignment: _Optional[_Union[Assignment, _Mapping]] = ...) -> None: ...

class AssignTasksRequest(_message.Message):
    __slots__ = ("project_id", "actor", "request_id", "queue_id", "task_ids", "filter", "person", "reason", "allow_partial")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    QUEUE_ID_FIELD_NUMBER: _ClassVar[int]
    TASK_IDS_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    PERSON_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    ALLOW_PARTIAL_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    request_id: _common_pb2.RequestId
    queue_id: str
    task_ids: _containers.RepeatedScalarFieldContainer[str]
    filter: str
    person: str
    reason: str
    allow_partial: bool
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., request_id: _Optional[_Union[_common_pb2.RequestId, _Mapping]] = ..., queue_id: _Optional[str] = ..., task_ids: _Optional[_Iterable[str]] = ..., filter: _Optional[str] = ..., person: _Optional[str] = ..., reason: _Optional[str] = ..., allow_partial: bool = ...) -> None: ...

class LeftTask(_message.Message):
    __slots__ = ("task_id", "reason")
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    task_id: str
    reason: str
    def __init__(self, task_id: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class AssignTasksResponse(_message.Message):
    __slots__ = ("seq", "assigned", "left", "operation")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    ASSIGNED_FIELD_NUMBER: _ClassVar[int]
    LEFT_FIELD_NUMBER: _ClassVar[int]
    OPERATION_FIELD_NUMBER: _ClassVar[int]
    seq: int
    assigned: int
    left: _containers.RepeatedCompositeFieldContainer[LeftTask]
    operation: _operation_pb2.Operation
    def __init__(self, seq: _Optional[int] = ..., assigned: _Optional[int] = ..., left: _Optional[_Iterable[_Union[LeftTask, _Mapping]]] = ..., operation: _Optional[_Union[_operation_pb2.Operation, _Mapping]] = ...) -> None: ...

class ReleaseTasksRequest(_message.Message):
    __slots__ = ("project_id", "actor", "request_id", "queue_id", "task_ids", "filter", "reason", "allow_partial", "include_started")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    QUEUE_ID_FIELD_NUMBER: _ClassVar[int]
    TASK_IDS_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    ALLOW_PARTIAL_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_STARTED_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    request_id: _common_pb2.RequestId
    queue_id: str
    task_ids: _containers.RepeatedScalarFieldContainer[str]
    filter: str
    reason: str
    allow_partial: bool
    include_started: bool
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., request_id: _Optional[_Union[_common_pb2.RequestId, _Mapping]] = ..., queue_id: _Optional[str] = ..., task_ids: _Optional[_Iterable[str]] = ..., filter: _Optional[str] = ..., reason: _Optional[str] = ..., allow_partial: bool = ..., include_started: bool = ...) -> None: ...

class ReleaseTasksResponse(_message.Message):
    __slots__ = ("seq", "released", "left", "operation")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    RELEASED_FIELD_NUMBER: _ClassVar[int]
    LEFT_FIELD_NUMBER: _ClassVar[int]
    OPERATION_FIELD_NUMBER: _ClassVar[int]
    seq: int
    released: int
    left: _containers.RepeatedCompositeFieldContainer[LeftTask]
    operation: _operation_pb2.Operation
    def __init__(self, seq: _Optional[int] = ..., released: _Optional[int] = ..., left: _Optional[_Iterable[_Union[LeftTask, _Mapping]]] = ..., operation: _Optional[_Union[_operation_pb2.Operation, _Mapping]] = ...) -> None: ...

class ReassignRequest(_message.Message):
    __slots__ = ("project_id", "actor", "request_id", "queue_id", "from_person", "to_person", "reason", "move_rest_to_pool", "assignment_id", "all_domains")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    QUEUE_ID_FIELD_NUMBER: _ClassVar[int]
    FROM_PERSON_FIELD_NUMBER: _ClassVar[int]
    TO_PERSON_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    MOVE_REST_TO_POOL_FIELD_NUMBER: _ClassVar[int]
    ASSIGNMENT_ID_FIELD_NUMBER: _ClassVar[int]
    ALL_DOMAINS_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    request_id: _common_pb2.RequestId
    queue_id: str
    from_person: str
    to_person: str
    reason: str
    move_rest_to_pool: bool
    assignment_id: str
    all_domains: bool
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., request_id: _Optional[_Union[_common_pb2.RequestId, _Mapping]] = ..., queue_id: _Optional[str] = ..., from_person: _Optional[str] = ..., to_person: _Optional[str] = ..., reason: _Optional[str] = ..., move_rest_to_pool: bool = ..., assignment_id: _Optional[str] = ..., all_domains: bool = ...) -> None: ...

class ReassignResponse(_message.Message):
    __slots__ = ("seq", "operation", "staying", "assignment_ids")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    OPERATION_FIELD_NUMBER: _ClassVar[int]
    STAYING_FIELD_NUMBER: _ClassVar[int]
    ASSIGNMENT_IDS_FIELD_NUMBER: _ClassVar[int]
    seq: int
    operation: _operation_pb2.Operation
    staying: _containers.RepeatedCompositeFieldContainer[StayingTasks]
    assignment_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, seq: _Optional[int] = ..., operation: _Optional[_Union[_operation_pb2.Operation, _Mapping]] = ..., staying: _Optional[_Iterable[_Union[StayingTasks, _Mapping]]] = ..., assignment_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class StayingTasks(_message.Message):
    __slots__ = ("reason", "count")
    REASON_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    reason: str
    count: int
    def __init__(self, reason: _Optional[str] = ..., count: _Optional[int] = ...) -> None: ...

class RedistributionTarget(_message.Message):
    __slots__ = ("person_id", "load")
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    LOAD_FIELD_NUMBER: _ClassVar[int]
    person_id: str
    load: float
    def __init__(self, person_id: _Optional[str] = ..., load: _Optional[float] = ...) -> None: ...

class PlanRedistributionRequest(_message.Message):
    __slots__ = ("project_id", "actor", "request_id", "queue_id", "from_person", "targets", "all_contributors", "only_unassigned", "only_without_annotations", "include_returned", "include_started", "filter", "spread", "weighted", "keep_together", "all_domains")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    QUEUE_ID_FIELD_NUMBER: _ClassVar[int]
    FROM_PERSON_FIELD_NUMBER: _ClassVar[int]
    TARGETS_FIELD_NUMBER: _ClassVar[int]
    ALL_CONTRIBUTORS_FIELD_NUMBER: _ClassVar[int]
    ONLY_UNASSIGNED_FIELD_NUMBER: _ClassVar[int]
    ONLY_WITHOUT_ANNOTATIONS_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_RETURNED_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_STARTED_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    SPREAD_FIELD_NUMBER: _ClassVar[int]
    WEIGHTED_FIELD_NUMBER: _ClassVar[int]
    KEEP_TOGETHER_FIELD_NUMBER: _ClassVar[int]
    ALL_DOMAINS_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    request_id: _common_pb2.RequestId
    queue_id: str
    from_person: str
    targets: _containers.RepeatedCompositeFieldContainer[RedistributionTarget]
    all_contributors: bool
    only_unassigned: bool
    only_without_annotations: bool
    include_returned: bool
    include_started: bool
    filter: str
    spread: Spread
    weighted: bool
    keep_together: bool
    all_domains: bool
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., request_id: _Optional[_Union[_common_pb2.RequestId, _Mapping]] = ..., queue_id: _Optional[str] = ..., from_person: _Optional[str] = ..., targets: _Optional[_Iterable[_Union[RedistributionTarget, _Mapping]]] = ..., all_contributors: bool = ..., only_unassigned: bool = ..., only_without_annotations: bool = ..., include_returned: bool = ..., include_started: bool = ..., filter: _Optional[str] = ..., spread: _Optional[_Union[Spread, str]] = ..., weighted: bool = ..., keep_together: bool = ..., all_domains: bool = ...) -> None: ...

class PlannedTasks(_message.Message):
    __slots__ = ("person_id", "tasks", "weight", "assignment_ids")
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    TASKS_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    ASSIGNMENT_IDS_FIELD_NUMBER: _ClassVar[int]
    person_id: str
    tasks: int
    weight: float
    assignment_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, person_id: _Optional[str] = ..., tasks: _Optional[int] = ..., weight: _Optional[float] = ..., assignment_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class PlanRedistributionResponse(_message.Message):
    __slots__ = ("seq", "plan_id", "expire_time", "planned", "staying", "removed_assignment_ids")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    PLAN_ID_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    PLANNED_FIELD_NUMBER: _ClassVar[int]
    STAYING_FIELD_NUMBER: _ClassVar[int]
    REMOVED_ASSIGNMENT_IDS_FIELD_NUMBER: _ClassVar[int]
    seq: int
    plan_id: str
    expire_time: _timestamp_pb2.Timestamp
    planned: _containers.RepeatedCompositeFieldContainer[PlannedTasks]
    staying: _containers.RepeatedCompositeFieldContainer[StayingTasks]
    removed_assignment_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, seq: _Optional[int] = ..., plan_id: _Optional[str] = ..., expire_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., planned: _Optional[_Iterable[_Union[PlannedTasks, _Mapping]]] = ..., staying: _Optional[_Iterable[_Union[StayingTasks, _Mapping]]] = ..., removed_assignment_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class ApplyRedistributionRequest(_message.Message):
    __slots__ = ("project_id", "actor", "request_id", "queue_id", "plan_id", "reason")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    QUEUE_ID_FIELD_NUMBER: _ClassVar[int]
    PLAN_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    request_id: _common_pb2.RequestId
    queue_id: str
    plan_id: str
    reason: str
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., request_id: _Optional[_Union[_common_pb2.RequestId, _Mapping]] = ..., queue_id: _Optional[str] = ..., plan_id: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class ApplyRedistributionResponse(_message.Message):
    __slots__ = ("seq", "operation")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    OPERATION_FIELD_NUMBER: _ClassVar[int]
    seq: int
    operation: _operation_pb2.Operation
    def __init__(self, seq: _Optional[int] = ..., operation: _Optional[_Union[_operation_pb2.Operation, _Mapping]] = ...) -> None: ...

class UndoRedistributionRequest(_message.Message):
    __slots__ = ("project_id", "actor", "request_id", "queue_id", "operation_id", "reason")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    QUEUE_ID_FIELD_NUMBER: _ClassVar[int]
    OPERATION_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    request_id: _common_pb2.RequestId
    queue_id: str
    operation_id: str
    reason: str
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., request_id: _Optional[_Union[_common_pb2.RequestId, _Mapping]] = ..., queue_id: _Optional[str] = ..., operation_id: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class UndoRedistributionResponse(_message.Message):
    __slots__ = ("seq", "operation")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    OPERATION_FIELD_NUMBER: _ClassVar[int]
    seq: int
    operation: _operation_pb2.Operation
    def __init__(self, seq: _Optional[int] = ..., operation: _Optional[_Union[_operation_pb2.Operation, _Mapping]] = ...) -> None: ...
