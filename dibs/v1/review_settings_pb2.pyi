from dibs.bufvalidate import validate_pb2 as _validate_pb2
from dibs.v1 import common_pb2 as _common_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import field_mask_pb2 as _field_mask_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class RatePrecedence(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RATE_PRECEDENCE_UNSPECIFIED: _ClassVar[RatePrecedence]
    RATE_PRECEDENCE_MAX: _ClassVar[RatePrecedence]
    RATE_PRECEDENCE_CLASS: _ClassVar[RatePrecedence]
    RATE_PRECEDENCE_ANNOTATOR: _ClassVar[RatePrecedence]
    RATE_PRECEDENCE_PRODUCT: _ClassVar[RatePrecedence]

class ExpertAction(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    EXPERT_ACTION_UNSPECIFIED: _ClassVar[ExpertAction]
    EXPERT_ACTION_ALL: _ClassVar[ExpertAction]
    EXPERT_ACTION_APPROVED: _ClassVar[ExpertAction]
    EXPERT_ACTION_REJECTED: _ClassVar[ExpertAction]
RATE_PRECEDENCE_UNSPECIFIED: RatePrecedence
RATE_PRECEDENCE_MAX: RatePrecedence
RATE_PRECEDENCE_CLASS: RatePrecedence
RATE_PRECEDENCE_ANNOTATOR: RatePrecedence
RATE_PRECEDENCE_PRODUCT: RatePrecedence
EXPERT_ACTION_UNSPECIFIED: ExpertAction
EXPERT_ACTION_ALL: ExpertAction
EXPERT_ACTION_APPROVED: ExpertAction
EXPERT_ACTION_REJECTED: ExpertAction

class ClassRate(_message.Message):
    __slots__ = ("class_name", "rate")
    CLASS_NAME_FIELD_NUMBER: _ClassVar[int]
    RATE_FIELD_NUMBER: _ClassVar[int]
    class_name: str
    rate: float
    def __init__(self, class_name: _Optional[str] = ..., rate: _Optional[float] = ...) -> None: ...

class AnnotatorRate(_message.Message):
    __slots__ = ("annotator", "rate")
    ANNOTATOR_FIELD_NUMBER: _ClassVar[int]
    RATE_FIELD_NUMBER: _ClassVar[int]
    annotator: str
    rate: float
    def __init__(self, annotator: _Optional[str] = ..., rate: _Optional[float] = ...) -> None: ...

class ClassMapping(_message.Message):
    __slots__ = ("class_name", "reviewers")
    CLASS_NAME_FIELD_NUMBER: _ClassVar[int]
    REVIEWERS_FIELD_NUMBER: _ClassVar[int]
    class_name: str
    reviewers: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, class_name: _Optional[str] = ..., reviewers: _Optional[_Iterable[str]] = ...) -> None: ...

class AnnotatorMapping(_message.Message):
    __slots__ = ("annotator", "reviewers")
    ANNOTATOR_FIELD_NUMBER: _ClassVar[int]
    REVIEWERS_FIELD_NUMBER: _ClassVar[int]
    annotator: str
    reviewers: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, annotator: _Optional[str] = ..., reviewers: _Optional[_Iterable[str]] = ...) -> None: ...

class ReviewSettings(_message.Message):
    __slots__ = ("queue_id", "enabled", "sampling_rate", "class_rates", "annotator_rates", "rate_precedence", "discard_review_rate", "seed", "multi_review", "rejection_reasons", "class_mappings", "annotator_mappings", "fallback_after", "return_early", "lease_duration", "max_held", "etag", "expert_review", "max_review_backlog", "adaptive", "lots")
    QUEUE_ID_FIELD_NUMBER: _ClassVar[int]
    ENABLED_FIELD_NUMBER: _ClassVar[int]
    SAMPLING_RATE_FIELD_NUMBER: _ClassVar[int]
    CLASS_RATES_FIELD_NUMBER: _ClassVar[int]
    ANNOTATOR_RATES_FIELD_NUMBER: _ClassVar[int]
    RATE_PRECEDENCE_FIELD_NUMBER: _ClassVar[int]
    DISCARD_REVIEW_RATE_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    MULTI_REVIEW_FIELD_NUMBER: _ClassVar[int]
    REJECTION_REASONS_FIELD_NUMBER: _ClassVar[int]
    CLASS_MAPPINGS_FIELD_NUMBER: _ClassVar[int]
    ANNOTATOR_MAPPINGS_FIELD_NUMBER: _ClassVar[int]
    FALLBACK_AFTER_FIELD_NUMBER: _ClassVar[int]
    RETURN_EARLY_FIELD_NUMBER: _ClassVar[int]
    LEASE_DURATION_FIELD_NUMBER: _ClassVar[int]
    MAX_HELD_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    EXPERT_REVIEW_FIELD_NUMBER: _ClassVar[int]
    MAX_REVIEW_BACKLOG_FIELD_NUMBER: _ClassVar[int]
    ADAPTIVE_FIELD_NUMBER: _ClassVar[int]
    LOTS_FIELD_NUMBER: _ClassVar[int]
    queue_id: str
    enabled: bool
    sampling_rate: float
    class_rates: _containers.RepeatedCompositeFieldContainer[ClassRate]
    annotator_rates: _containers.RepeatedCompositeFieldContainer[AnnotatorRate]
    rate_precedence: RatePrecedence
    discard_review_rate: float
    seed: int
    multi_review: bool
    rejection_reasons: _containers.RepeatedScalarFieldContainer[str]
    class_mappings: _containers.RepeatedCompositeFieldContainer[ClassMapping]
    annotator_mappings: _containers.RepeatedCompositeFieldContainer[AnnotatorMapping]
    fallback_after: _duration_pb2.Duration
    return_early: bool
    lease_duration: _duration_pb2.Duration
    max_held: int
    etag: str
    expert_review: ExpertReview
    max_review_backlog: int
    adaptive: AdaptivePlan
    lots: LotPlan
    def __init__(self, queue_id: _Optional[str] = ..., enabled: bool = ..., sampling_rate: _Optional[float] = ..., class_rates: _Optional[_Iterable[_Union[ClassRate, _Mapping]]] = ..., annotator_rates: _Optional[_Iterable[_Union[AnnotatorRate, _Mapping]]] = ..., rate_precedence: _Optional[_Union[RatePrecedence, str]] = ..., discard_review_rate: _Optional[float] = ..., seed: _Optional[int] = ..., multi_review: bool = ..., rejection_reasons: _Optional[_Iterable[str]] = ..., class_mappings: _Optional[_Iterable[_Union[ClassMapping, _Mapping]]] = ..., annotator_mappings: _Optional[_Iterable[_Union[AnnotatorMapping, _Mapping]]] = ..., fallback_after: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., return_early: bool = ..., lease_duration: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., max_held: _Optional[int] = ..., etag: _Optional[str] = ..., expert_review: _Optional[_Union[ExpertReview, _Mapping]] = ..., max_review_backlog: _Optional[int] = ..., adaptive: _Optional[_Union[AdaptivePlan, _Mapping]] = ..., lots: _Optional[_Union[LotPlan, _Mapping]] = ...) -> None: ...

class ExpertStage(_message.Message):
    __slots__ = ("iteration", "rate", "action")
    ITERATION_FIELD_NUMBER: _ClassVar[int]
    RATE_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    iteration: int
    rate: float
    action: ExpertAction
    def __init__(self, iteration: _Optional[int] = ..., rate: _Optional[float] = ..., action: _Optional[_Union[ExpertAction, str]] = ...) -> None: ...

class ExpertReview(_message.Message):
    __slots__ = ("threshold", "stages", "experts", "allow_same_reviewer")
    THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    STAGES_FIELD_NUMBER: _ClassVar[int]
    EXPERTS_FIELD_NUMBER: _ClassVar[int]
    ALLOW_SAME_REVIEWER_FIELD_NUMBER: _ClassVar[int]
    threshold: int
    stages: _containers.RepeatedCompositeFieldContainer[ExpertStage]
    experts: _containers.RepeatedScalarFieldContainer[str]
    allow_same_reviewer: bool
    def __init__(self, threshold: _Optional[int] = ..., stages: _Optional[_Iterable[_Union[ExpertStage, _Mapping]]] = ..., experts: _Optional[_Iterable[str]] = ..., allow_same_reviewer: bool = ...) -> None: ...

class SliceRule(_message.Message):
    __slots__ = ("attribute", "value")
    ATTRIBUTE_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    attribute: str
    value: str
    def __init__(self, attribute: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...

class AdaptivePlan(_message.Message):
    __slots__ = ("target", "base", "min", "new_units", "slices")
    TARGET_FIELD_NUMBER: _ClassVar[int]
    BASE_FIELD_NUMBER: _ClassVar[int]
    MIN_FIELD_NUMBER: _ClassVar[int]
    NEW_UNITS_FIELD_NUMBER: _ClassVar[int]
    SLICES_FIELD_NUMBER: _ClassVar[int]
    target: float
    base: float
    min: float
    new_units: int
    slices: _containers.RepeatedCompositeFieldContainer[SliceRule]
    def __init__(self, target: _Optional[float] = ..., base: _Optional[float] = ..., min: _Optional[float] = ..., new_units: _Optional[int] = ..., slices: _Optional[_Iterable[_Union[SliceRule, _Mapping]]] = ...) -> None: ...

class LotPlan(_message.Message):
    __slots__ = ("drawn", "accepted", "lot_size", "lot_timeout")
    DRAWN_FIELD_NUMBER: _ClassVar[int]
    ACCEPTED_FIELD_NUMBER: _ClassVar[int]
    LOT_SIZE_FIELD_NUMBER: _ClassVar[int]
    LOT_TIMEOUT_FIELD_NUMBER: _ClassVar[int]
    drawn: int
    accepted: int
    lot_size: int
    lot_timeout: _duration_pb2.Duration
    def __init__(self, drawn: _Optional[int] = ..., accepted: _Optional[int] = ..., lot_size: _Optional[int] = ..., lot_timeout: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class GetReviewSettingsRequest(_message.Message):
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

class GetReviewSettingsResponse(_message.Message):
    __slots__ = ("settings",)
    SETTINGS_FIELD_NUMBER: _ClassVar[int]
    settings: ReviewSettings
    def __init__(self, settings: _Optional[_Union[ReviewSettings, _Mapping]] = ...) -> None: ...

class UpdateReviewSettingsRequest(_message.Message):
    __slots__ = ("project_id", "actor", "request_id", "queue_id", "settings", "update_mask")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    QUEUE_ID_FIELD_NUMBER: _ClassVar[int]
    SETTINGS_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    request_id: _common_pb2.RequestId
    queue_id: str
    settings: ReviewSettings
    update_mask: _field_mask_pb2.FieldMask
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., request_id: _Optional[_Union[_common_pb2.RequestId, _Mapping]] = ..., queue_id: _Optional[str] = ..., settings: _Optional[_Union[ReviewSettings, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ...) -> None: ...

class UpdateReviewSettingsResponse(_message.Message):
    __slots__ = ("seq", "settings")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    SETTINGS_FIELD_NUMBER: _ClassVar[int]
    seq: int
    settings: ReviewSettings
    def __init__(self, seq: _Optional[int] = ..., settings: _Optional[_Union[ReviewSettings, _Mapping]] = ...) -> None: ...
