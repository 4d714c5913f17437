from dibs.v1 import common_pb2 as _common_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class WorkStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    WORK_STATUS_UNSPECIFIED: _ClassVar[WorkStatus]
    WORK_STATUS_TODO: _ClassVar[WorkStatus]
    WORK_STATUS_IN_PROGRESS: _ClassVar[WorkStatus]
    WORK_STATUS_COMPLETED: _ClassVar[WorkStatus]
    WORK_STATUS_COMPLETED_WITH_ISSUES: _ClassVar[WorkStatus]

class Stage(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    STAGE_UNSPECIFIED: _ClassVar[Stage]
    STAGE_PENDING: _ClassVar[Stage]
    STAGE_IN_PROGRESS: _ClassVar[Stage]
    STAGE_PENDING_REVIEW: _ClassVar[Stage]
    STAGE_REVIEW_PASSED: _ClassVar[Stage]
    STAGE_DATA_SUBMITTED: _ClassVar[Stage]

class AllocationMethod(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ALLOCATION_METHOD_UNSPECIFIED: _ClassVar[AllocationMethod]
    ALLOCATION_METHOD_PULLING: _ClassVar[AllocationMethod]
    ALLOCATION_METHOD_DISTRIBUTION: _ClassVar[AllocationMethod]
WORK_STATUS_UNSPECIFIED: WorkStatus
WORK_STATUS_TODO: WorkStatus
WORK_STATUS_IN_PROGRESS: WorkStatus
WORK_STATUS_COMPLETED: WorkStatus
WORK_STATUS_COMPLETED_WITH_ISSUES: WorkStatus
STAGE_UNSPECIFIED: Stage
STAGE_PENDING: Stage
STAGE_IN_PROGRESS: Stage
STAGE_PENDING_REVIEW: Stage
STAGE_REVIEW_PASSED: Stage
STAGE_DATA_SUBMITTED: Stage
ALLOCATION_METHOD_UNSPECIFIED: AllocationMethod
ALLOCATION_METHOD_PULLING: AllocationMethod
ALLOCATION_METHOD_DISTRIBUTION: AllocationMethod

class StateCount(_message.Message):
    __slots__ = ("state", "count")
    STATE_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    state: _common_pb2.TaskState
    count: int
    def __init__(self, state: _Optional[_Union[_common_pb2.TaskState, str]] = ..., count: _Optional[int] = ...) -> None: ...

class StatusCount(_message.Message):
    __slots__ = ("status", "count")
    STATUS_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    status: str
    count: int
    def __init__(self, status: _Optional[str] = ..., count: _Optional[int] = ...) -> None: ...

class ProjectFigures(_message.Message):
    __slots__ = ("queues", "open_queues", "overdue_queues", "total_tasks", "remaining_tasks", "progress_percent", "annotated_tasks", "items_with_open_issues", "items_for_review", "overdue_tasks", "state_counts", "assignments")
    QUEUES_FIELD_NUMBER: _ClassVar[int]
    OPEN_QUEUES_FIELD_NUMBER: _ClassVar[int]
    OVERDUE_QUEUES_FIELD_NUMBER: _ClassVar[int]
    TOTAL_TASKS_FIELD_NUMBER: _ClassVar[int]
    REMAINING_TASKS_FIELD_NUMBER: _ClassVar[int]
    PROGRESS_PERCENT_FIELD_NUMBER: _ClassVar[int]
    ANNOTATED_TASKS_FIELD_NUMBER: _ClassVar[int]
    ITEMS_WITH_OPEN_ISSUES_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FOR_REVIEW_FIELD_NUMBER: _ClassVar[int]
    OVERDUE_TASKS_FIELD_NUMBER: _ClassVar[int]
    STATE_COUNTS_FIELD_NUMBER: _ClassVar[int]
    ASSIGNMENTS_FIELD_NUMBER: _ClassVar[int]
    queues: int
    open_queues: int
    overdue_queues: int
    total_tasks: int
    remaining_tasks: int
    progress_percent: int
    annotated_tasks: int
    items_with_open_issues: int
    items_for_review: int
    overdue_tasks: int
    state_counts: _containers.RepeatedCompositeFieldContainer[StateCount]
    assignments: int
    def __init__(self, queues: _Optional[int] = ..., open_queues: _Optional[int] = ..., overdue_queues: _Optional[int] = ..., total_tasks: _Optional[int] = ..., remaining_tasks: _Optional[int] = ..., progress_percent: _Optional[int] = ..., annotated_tasks: _Optional[int] = ..., items_with_open_issues: _Optional[int] = ..., items_for_review: _Optional[int] = ..., overdue_tasks: _Optional[int] = ..., state_counts: _Optional[_Iterable[_Union[StateCount, _Mapping]]] = ..., assignments: _Optional[int] = ...) -> None: ...

class MemberFigures(_message.Message):
    __slots__ = ("total_tasks", "remaining_tasks", "progress_percent", "overdue_tasks", "state_counts")
    TOTAL_TASKS_FIELD_NUMBER: _ClassVar[int]
    REMAINING_TASKS_FIELD_NUMBER: _ClassVar[int]
    PROGRESS_PERCENT_FIELD_NUMBER: _ClassVar[int]
    OVERDUE_TASKS_FIELD_NUMBER: _ClassVar[int]
    STATE_COUNTS_FIELD_NUMBER: _ClassVar[int]
    total_tasks: int
    remaining_tasks: int
    progress_percent: int
    overdue_tasks: int
    state_counts: _containers.RepeatedCompositeFieldContainer[StateCount]
    def __init__(self, total_tasks: _Optional[int] = ..., remaining_tasks: _Optional[int] = ..., progress_percent: _Optional[int] = ..., overdue_tasks: _Optional[int] = ..., state_counts: _Optional[_Iterable[_Union[StateCount, _Mapping]]] = ...) -> None: ...
