from dibs.bufvalidate import validate_pb2 as _validate_pb2
from dibs.v1 import common_pb2 as _common_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class UnitState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    UNIT_STATE_UNSPECIFIED: _ClassVar[UnitState]
    UNIT_STATE_NOT_SAMPLED: _ClassVar[UnitState]
    UNIT_STATE_PENDING: _ClassVar[UnitState]
    UNIT_STATE_APPROVED: _ClassVar[UnitState]
    UNIT_STATE_RETURNED: _ClassVar[UnitState]
    UNIT_STATE_RESOLVED: _ClassVar[UnitState]
    UNIT_STATE_REJECTED: _ClassVar[UnitState]
    UNIT_STATE_DELETED: _ClassVar[UnitState]

class UnitAction(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    UNIT_ACTION_UNSPECIFIED: _ClassVar[UnitAction]
    UNIT_ACTION_APPROVED: _ClassVar[UnitAction]
    UNIT_ACTION_REJECTED: _ClassVar[UnitAction]
    UNIT_ACTION_DELETED: _ClassVar[UnitAction]
    UNIT_ACTION_REPORTED: _ClassVar[UnitAction]

class SamplingRule(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SAMPLING_RULE_UNSPECIFIED: _ClassVar[SamplingRule]
    SAMPLING_RULE_GLOBAL: _ClassVar[SamplingRule]
    SAMPLING_RULE_CLASS: _ClassVar[SamplingRule]
    SAMPLING_RULE_ANNOTATOR: _ClassVar[SamplingRule]
    SAMPLING_RULE_PRODUCT: _ClassVar[SamplingRule]
    SAMPLING_RULE_DISCARD: _ClassVar[SamplingRule]
    SAMPLING_RULE_ALWAYS: _ClassVar[SamplingRule]
    SAMPLING_RULE_NEVER: _ClassVar[SamplingRule]
    SAMPLING_RULE_ADAPTIVE: _ClassVar[SamplingRule]
    SAMPLING_RULE_NEW: _ClassVar[SamplingRule]
    SAMPLING_RULE_SLICE: _ClassVar[SamplingRule]
    SAMPLING_RULE_LOT: _ClassVar[SamplingRule]
UNIT_STATE_UNSPECIFIED: UnitState
UNIT_STATE_NOT_SAMPLED: UnitState
UNIT_STATE_PENDING: UnitState
UNIT_STATE_APPROVED: UnitState
UNIT_STATE_RETURNED: UnitState
UNIT_STATE_RESOLVED: UnitState
UNIT_STATE_REJECTED: UnitState
UNIT_STATE_DELETED: UnitState
UNIT_ACTION_UNSPECIFIED: UnitAction
UNIT_ACTION_APPROVED: UnitAction
UNIT_ACTION_REJECTED: UnitAction
UNIT_ACTION_DELETED: UnitAction
UNIT_ACTION_REPORTED: UnitAction
SAMPLING_RULE_UNSPECIFIED: SamplingRule
SAMPLING_RULE_GLOBAL: SamplingRule
SAMPLING_RULE_CLASS: SamplingRule
SAMPLING_RULE_ANNOTATOR: SamplingRule
SAMPLING_RULE_PRODUCT: SamplingRule
SAMPLING_RULE_DISCARD: SamplingRule
SAMPLING_RULE_ALWAYS: SamplingRule
SAMPLING_RULE_NEVER: SamplingRule
SAMPLING_RULE_ADAPTIVE: SamplingRule
SAMPLING_RULE_NEW: SamplingRule
SAMPLING_RULE_SLICE: SamplingRule
SAMPLING_RULE_LOT: SamplingRule

class UnitRecord(_message.Message):
    __slots__ = ("task_id", "queue_id", "unit_id", "class_name", "state", "round", "author", "rejections", "last_action", "reviewer", "action_time", "issue_id", "missing", "sampling")
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    QUEUE_ID_FIELD_NUMBER: _ClassVar[int]
    UNIT_ID_FIELD_NUMBER: _ClassVar[int]
    CLASS_NAME_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    ROUND_FIELD_NUMBER: _ClassVar[int]
    AUTHOR_FIELD_NUMBER: _ClassVar[int]
    REJECTIONS_FIELD_NUMBER: _ClassVar[int]
    LAST_ACTION_FIELD_NUMBER: _ClassVar[int]
    REVIEWER_FIELD_NUMBER: _ClassVar[int]
    ACTION_TIME_FIELD_NUMBER: _ClassVar[int]
    ISSUE_ID_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    SAMPLING_FIELD_NUMBER: _ClassVar[int]
    task_id: str
    queue_id: str
    unit_id: str
    class_name: str
    state: UnitState
    round: int
    author: str
    rejections: int
    last_action: UnitAction
    reviewer: str
    action_time: _timestamp_pb2.Timestamp
    issue_id: str
    missing: bool
    sampling: Sampling
    def __init__(self, task_id: _Optional[str] = ..., queue_id: _Optional[str] = ..., unit_id: _Optional[str] = ..., class_name: _Optional[str] = ..., state: _Optional[_Union[UnitState, str]] = ..., round: _Optional[int] = ..., author: _Optional[str] = ..., rejections: _Optional[int] = ..., last_action: _Optional[_Union[UnitAction, str]] = ..., reviewer: _Optional[str] = ..., action_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., issue_id: _Optional[str] = ..., missing: bool = ..., sampling: _Optional[_Union[Sampling, _Mapping]] = ...) -> None: ...

class Sampling(_message.Message):
    __slots__ = ("rule", "rate", "draw", "sampled", "inputs")
    RULE_FIELD_NUMBER: _ClassVar[int]
    RATE_FIELD_NUMBER: _ClassVar[int]
    DRAW_FIELD_NUMBER: _ClassVar[int]
    SAMPLED_FIELD_NUMBER: _ClassVar[int]
    INPUTS_FIELD_NUMBER: _ClassVar[int]
    rule: SamplingRule
    rate: float
    draw: int
    sampled: bool
    inputs: _containers.RepeatedScalarFieldContainer[float]
    def __init__(self, rule: _Optional[_Union[SamplingRule, str]] = ..., rate: _Optional[float] = ..., draw: _Optional[int] = ..., sampled: bool = ..., inputs: _Optional[_Iterable[float]] = ...) -> None: ...

class ReviewLine(_message.Message):
    __slots__ = ("review_id", "queue_id", "kind", "task_id", "dataset_id", "external_id", "round", "author", "state", "waits_for", "person", "units", "pending_units", "create_time", "grant_time", "end_time")
    REVIEW_ID_FIELD_NUMBER: _ClassVar[int]
    QUEUE_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    DATASET_ID_FIELD_NUMBER: _ClassVar[int]
    EXTERNAL_ID_FIELD_NUMBER: _ClassVar[int]
    ROUND_FIELD_NUMBER: _ClassVar[int]
    AUTHOR_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    WAITS_FOR_FIELD_NUMBER: _ClassVar[int]
    PERSON_FIELD_NUMBER: _ClassVar[int]
    UNITS_FIELD_NUMBER: _ClassVar[int]
    PENDING_UNITS_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    GRANT_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    review_id: str
    queue_id: str
    kind: _common_pb2.TaskKind
    task_id: str
    dataset_id: str
    external_id: str
    round: int
    author: str
    state: _common_pb2.TaskState
    waits_for: str
    person: str
    units: int
    pending_units: int
    create_time: _timestamp_pb2.Timestamp
    grant_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    def __init__(self, review_id: _Optional[str] = ..., queue_id: _Optional[str] = ..., kind: _Optional[_Union[_common_pb2.TaskKind, str]] = ..., task_id: _Optional[str] = ..., dataset_id: _Optional[str] = ..., external_id: _Optional[str] = ..., round: _Optional[int] = ..., author: _Optional[str] = ..., state: _Optional[_Union[_common_pb2.TaskState, str]] = ..., waits_for: _Optional[str] = ..., person: _Optional[str] = ..., units: _Optional[int] = ..., pending_units: _Optional[int] = ..., create_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., grant_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ListReviewsRequest(_message.Message):
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

class ListReviewsResponse(_message.Message):
    __slots__ = ("reviews", "next_page_token", "total_size", "total_is_lower_bound")
    REVIEWS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    TOTAL_SIZE_FIELD_NUMBER: _ClassVar[int]
    TOTAL_IS_LOWER_BOUND_FIELD_NUMBER: _ClassVar[int]
    reviews: _containers.RepeatedCompositeFieldContainer[ReviewLine]
    next_page_token: str
    total_size: int
    total_is_lower_bound: bool
    def __init__(self, reviews: _Optional[_Iterable[_Union[ReviewLine, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., total_size: _Optional[int] = ..., total_is_lower_bound: bool = ...) -> None: ...

class GetReviewUnitsRequest(_message.Message):
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

class GetReviewUnitsResponse(_message.Message):
    __slots__ = ("units",)
    UNITS_FIELD_NUMBER: _ClassVar[int]
    units: _containers.RepeatedCompositeFieldContainer[UnitRecord]
    def __init__(self, units: _Optional[_Iterable[_Union[UnitRecord, _Mapping]]] = ...) -> None: ...

class ListUnitsRequest(_message.Message):
    __slots__ = ("project_id", "actor", "min_seq", "page_size", "page_token", "unit_id", "queue_id")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    MIN_SEQ_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    UNIT_ID_FIELD_NUMBER: _ClassVar[int]
    QUEUE_ID_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    min_seq: int
    page_size: int
    page_token: str
    unit_id: str
    queue_id: str
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., min_seq: _Optional[int] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., unit_id: _Optional[str] = ..., queue_id: _Optional[str] = ...) -> None: ...

class ListUnitsResponse(_message.Message):
    __slots__ = ("units", "next_page_token")
    UNITS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    units: _containers.RepeatedCompositeFieldContainer[UnitRecord]
    next_page_token: str
    def __init__(self, units: _Optional[_Iterable[_Union[UnitRecord, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...
