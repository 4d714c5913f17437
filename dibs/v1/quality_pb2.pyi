from dibs.bufvalidate import validate_pb2 as _validate_pb2
from dibs.v1 import common_pb2 as _common_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class QualityDimension(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    QUALITY_DIMENSION_UNSPECIFIED: _ClassVar[QualityDimension]
    QUALITY_DIMENSION_QUEUE: _ClassVar[QualityDimension]
    QUALITY_DIMENSION_AUTHOR: _ClassVar[QualityDimension]
    QUALITY_DIMENSION_CLASS: _ClassVar[QualityDimension]
    QUALITY_DIMENSION_REVIEWER: _ClassVar[QualityDimension]
QUALITY_DIMENSION_UNSPECIFIED: QualityDimension
QUALITY_DIMENSION_QUEUE: QualityDimension
QUALITY_DIMENSION_AUTHOR: QualityDimension
QUALITY_DIMENSION_CLASS: QualityDimension
QUALITY_DIMENSION_REVIEWER: QualityDimension

class GetQualityRequest(_message.Message):
    __slots__ = ("project_id", "actor", "min_seq", "queue_id", "author", "reviewer", "start_time", "end_time", "by")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    MIN_SEQ_FIELD_NUMBER: _ClassVar[int]
    QUEUE_ID_FIELD_NUMBER: _ClassVar[int]
    AUTHOR_FIELD_NUMBER: _ClassVar[int]
    REVIEWER_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    min_seq: int
    queue_id: str
    author: str
    reviewer: str
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    by: _containers.RepeatedScalarFieldContainer[QualityDimension]
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., min_seq: _Optional[int] = ..., queue_id: _Optional[str] = ..., author: _Optional[str] = ..., reviewer: _Optional[str] = ..., start_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., by: _Optional[_Iterable[_Union[QualityDimension, str]]] = ...) -> None: ...

class GetQualityResponse(_message.Message):
    __slots__ = ("total", "figures", "reasons", "returns", "reviewers", "backlog", "truncated", "consistency")
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    FIGURES_FIELD_NUMBER: _ClassVar[int]
    REASONS_FIELD_NUMBER: _ClassVar[int]
    RETURNS_FIELD_NUMBER: _ClassVar[int]
    REVIEWERS_FIELD_NUMBER: _ClassVar[int]
    BACKLOG_FIELD_NUMBER: _ClassVar[int]
    TRUNCATED_FIELD_NUMBER: _ClassVar[int]
    CONSISTENCY_FIELD_NUMBER: _ClassVar[int]
    total: QualityFigures
    figures: _containers.RepeatedCompositeFieldContainer[QualityFigures]
    reasons: _containers.RepeatedCompositeFieldContainer[RejectionReason]
    returns: _containers.RepeatedCompositeFieldContainer[TaskReturns]
    reviewers: _containers.RepeatedCompositeFieldContainer[ReviewerFigures]
    backlog: _containers.RepeatedCompositeFieldContainer[ReviewBacklog]
    truncated: bool
    consistency: _containers.RepeatedCompositeFieldContainer[Consistency]
    def __init__(self, total: _Optional[_Union[QualityFigures, _Mapping]] = ..., figures: _Optional[_Iterable[_Union[QualityFigures, _Mapping]]] = ..., reasons: _Optional[_Iterable[_Union[RejectionReason, _Mapping]]] = ..., returns: _Optional[_Iterable[_Union[TaskReturns, _Mapping]]] = ..., reviewers: _Optional[_Iterable[_Union[ReviewerFigures, _Mapping]]] = ..., backlog: _Optional[_Iterable[_Union[ReviewBacklog, _Mapping]]] = ..., truncated: bool = ..., consistency: _Optional[_Iterable[_Union[Consistency, _Mapping]]] = ...) -> None: ...

class Consistency(_message.Message):
    __slots__ = ("queue_id", "person", "pairs", "agreement")
    QUEUE_ID_FIELD_NUMBER: _ClassVar[int]
    PERSON_FIELD_NUMBER: _ClassVar[int]
    PAIRS_FIELD_NUMBER: _ClassVar[int]
    AGREEMENT_FIELD_NUMBER: _ClassVar[int]
    queue_id: str
    person: str
    pairs: int
    agreement: float
    def __init__(self, queue_id: _Optional[str] = ..., person: _Optional[str] = ..., pairs: _Optional[int] = ..., agreement: _Optional[float] = ...) -> None: ...

class QualityFigures(_message.Message):
    __slots__ = ("queue_id", "author", "class_name", "reviewer", "first_reviewed", "first_passed", "first_pass_rate", "decided", "approved", "rejected", "deleted", "rejection_rate", "missing", "completeness_rate", "accuracy_rate")
    QUEUE_ID_FIELD_NUMBER: _ClassVar[int]
    AUTHOR_FIELD_NUMBER: _ClassVar[int]
    CLASS_NAME_FIELD_NUMBER: _ClassVar[int]
    REVIEWER_FIELD_NUMBER: _ClassVar[int]
    FIRST_REVIEWED_FIELD_NUMBER: _ClassVar[int]
    FIRST_PASSED_FIELD_NUMBER: _ClassVar[int]
    FIRST_PASS_RATE_FIELD_NUMBER: _ClassVar[int]
    DECIDED_FIELD_NUMBER: _ClassVar[int]
    APPROVED_FIELD_NUMBER: _ClassVar[int]
    REJECTED_FIELD_NUMBER: _ClassVar[int]
    DELETED_FIELD_NUMBER: _ClassVar[int]
    REJECTION_RATE_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    COMPLETENESS_RATE_FIELD_NUMBER: _ClassVar[int]
    ACCURACY_RATE_FIELD_NUMBER: _ClassVar[int]
    queue_id: str
    author: str
    class_name: str
    reviewer: str
    first_reviewed: int
    first_passed: int
    first_pass_rate: float
    decided: int
    approved: int
    rejected: int
    deleted: int
    rejection_rate: float
    missing: int
    completeness_rate: float
    accuracy_rate: float
    def __init__(self, queue_id: _Optional[str] = ..., author: _Optional[str] = ..., class_name: _Optional[str] = ..., reviewer: _Optional[str] = ..., first_reviewed: _Optional[int] = ..., first_passed: _Optional[int] = ..., first_pass_rate: _Optional[float] = ..., decided: _Optional[int] = ..., approved: _Optional[int] = ..., rejected: _Optional[int] = ..., deleted: _Optional[int] = ..., rejection_rate: _Optional[float] = ..., missing: _Optional[int] = ..., completeness_rate: _Optional[float] = ..., accuracy_rate: _Optional[float] = ...) -> None: ...

class RejectionReason(_message.Message):
    __slots__ = ("reason", "rejections")
    REASON_FIELD_NUMBER: _ClassVar[int]
    REJECTIONS_FIELD_NUMBER: _ClassVar[int]
    reason: str
    rejections: int
    def __init__(self, reason: _Optional[str] = ..., rejections: _Optional[int] = ...) -> None: ...

class TaskReturns(_message.Message):
    __slots__ = ("queue_id", "author", "tasks", "rounds", "returned", "returns_per_task")
    QUEUE_ID_FIELD_NUMBER: _ClassVar[int]
    AUTHOR_FIELD_NUMBER: _ClassVar[int]
    TASKS_FIELD_NUMBER: _ClassVar[int]
    ROUNDS_FIELD_NUMBER: _ClassVar[int]
    RETURNED_FIELD_NUMBER: _ClassVar[int]
    RETURNS_PER_TASK_FIELD_NUMBER: _ClassVar[int]
    queue_id: str
    author: str
    tasks: int
    rounds: int
    returned: int
    returns_per_task: float
    def __init__(self, queue_id: _Optional[str] = ..., author: _Optional[str] = ..., tasks: _Optional[int] = ..., rounds: _Optional[int] = ..., returned: _Optional[int] = ..., returns_per_task: _Optional[float] = ...) -> None: ...

class ReviewerFigures(_message.Message):
    __slots__ = ("reviewer", "waiting_reviews", "held_reviews", "done_reviews", "decided", "median_turnaround", "median_handling", "judged", "agreed", "agreement_rate")
    REVIEWER_FIELD_NUMBER: _ClassVar[int]
    WAITING_REVIEWS_FIELD_NUMBER: _ClassVar[int]
    HELD_REVIEWS_FIELD_NUMBER: _ClassVar[int]
    DONE_REVIEWS_FIELD_NUMBER: _ClassVar[int]
    DECIDED_FIELD_NUMBER: _ClassVar[int]
    MEDIAN_TURNAROUND_FIELD_NUMBER: _ClassVar[int]
    MEDIAN_HANDLING_FIELD_NUMBER: _ClassVar[int]
    JUDGED_FIELD_NUMBER: _ClassVar[int]
    AGREED_FIELD_NUMBER: _ClassVar[int]
    AGREEMENT_RATE_FIELD_NUMBER: _ClassVar[int]
    reviewer: str
    waiting_reviews: int
    held_reviews: int
    done_reviews: int
    decided: int
    median_turnaround: _duration_pb2.Duration
    median_handling: _duration_pb2.Duration
    judged: int
    agreed: int
    agreement_rate: float
    def __init__(self, reviewer: _Optional[str] = ..., waiting_reviews: _Optional[int] = ..., held_reviews: _Optional[int] = ..., done_reviews: _Optional[int] = ..., decided: _Optional[int] = ..., median_turnaround: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., median_handling: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., judged: _Optional[int] = ..., agreed: _Optional[int] = ..., agreement_rate: _Optional[float] = ...) -> None: ...

class ReviewBacklog(_message.Message):
    __slots__ = ("queue_id", "kind", "waiting_reviews", "held_reviews", "pending_units", "oldest_time")
    QUEUE_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    WAITING_REVIEWS_FIELD_NUMBER: _ClassVar[int]
    HELD_REVIEWS_FIELD_NUMBER: _ClassVar[int]
    PENDING_UNITS_FIELD_NUMBER: _ClassVar[int]
    OLDEST_TIME_FIELD_NUMBER: _ClassVar[int]
    queue_id: str
    kind: _common_pb2.TaskKind
    waiting_reviews: int
    held_reviews: int
    pending_units: int
    oldest_time: _timestamp_pb2.Timestamp
    def __init__(self, queue_id: _Optional[str] = ..., kind: _Optional[_Union[_common_pb2.TaskKind, str]] = ..., waiting_reviews: _Optional[int] = ..., held_reviews: _Optional[int] = ..., pending_units: _Optional[int] = ..., oldest_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
