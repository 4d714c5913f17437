from dibs.bufvalidate import validate_pb2 as _validate_pb2
from dibs.v1 import allocation_pb2 as _allocation_pb2
from dibs.v1 import checks_pb2 as _checks_pb2
from dibs.v1 import comments_pb2 as _comments_pb2
from dibs.v1 import common_pb2 as _common_pb2
from dibs.v1 import issues_pb2 as _issues_pb2
from dibs.v1 import review_lists_pb2 as _review_lists_pb2
from dibs.v1 import review_settings_pb2 as _review_settings_pb2
from dibs.v1 import reviewing_again_pb2 as _reviewing_again_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ReviewAction(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REVIEW_ACTION_UNSPECIFIED: _ClassVar[ReviewAction]
    REVIEW_ACTION_APPROVE: _ClassVar[ReviewAction]
    REVIEW_ACTION_REJECT: _ClassVar[ReviewAction]
    REVIEW_ACTION_DELETE: _ClassVar[ReviewAction]
REVIEW_ACTION_UNSPECIFIED: ReviewAction
REVIEW_ACTION_APPROVE: ReviewAction
REVIEW_ACTION_REJECT: ReviewAction
REVIEW_ACTION_DELETE: ReviewAction

class Review(_message.Message):
    __slots__ = ("review_id", "queue_id", "kind", "task", "author", "round", "state", "lease", "units", "missing", "comments")
    REVIEW_ID_FIELD_NUMBER: _ClassVar[int]
    QUEUE_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    TASK_FIELD_NUMBER: _ClassVar[int]
    AUTHOR_FIELD_NUMBER: _ClassVar[int]
    ROUND_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    LEASE_FIELD_NUMBER: _ClassVar[int]
    UNITS_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    COMMENTS_FIELD_NUMBER: _ClassVar[int]
    review_id: str
    queue_id: str
    kind: _common_pb2.TaskKind
    task: _common_pb2.Task
    author: str
    round: int
    state: _common_pb2.TaskState
    lease: _common_pb2.Lease
    units: _containers.RepeatedCompositeFieldContainer[UnitUnderReview]
    missing: _containers.RepeatedCompositeFieldContainer[_issues_pb2.Issue]
    comments: _containers.RepeatedCompositeFieldContainer[_comments_pb2.Comment]
    def __init__(self, review_id: _Optional[str] = ..., queue_id: _Optional[str] = ..., kind: _Optional[_Union[_common_pb2.TaskKind, str]] = ..., task: _Optional[_Union[_common_pb2.Task, _Mapping]] = ..., author: _Optional[str] = ..., round: _Optional[int] = ..., state: _Optional[_Union[_common_pb2.TaskState, str]] = ..., lease: _Optional[_Union[_common_pb2.Lease, _Mapping]] = ..., units: _Optional[_Iterable[_Union[UnitUnderReview, _Mapping]]] = ..., missing: _Optional[_Iterable[_Union[_issues_pb2.Issue, _Mapping]]] = ..., comments: _Optional[_Iterable[_Union[_comments_pb2.Comment, _Mapping]]] = ...) -> None: ...

class UnitUnderReview(_message.Message):
    __slots__ = ("unit", "rejections", "issue")
    UNIT_FIELD_NUMBER: _ClassVar[int]
    REJECTIONS_FIELD_NUMBER: _ClassVar[int]
    ISSUE_FIELD_NUMBER: _ClassVar[int]
    unit: _allocation_pb2.ReviewUnit
    rejections: int
    issue: _issues_pb2.Issue
    def __init__(self, unit: _Optional[_Union[_allocation_pb2.ReviewUnit, _Mapping]] = ..., rejections: _Optional[int] = ..., issue: _Optional[_Union[_issues_pb2.Issue, _Mapping]] = ...) -> None: ...

class ReserveReviewsRequest(_message.Message):
    __slots__ = ("project_id", "actor", "request_id", "queue_id", "person", "count", "kind")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    QUEUE_ID_FIELD_NUMBER: _ClassVar[int]
    PERSON_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    request_id: _common_pb2.RequestId
    queue_id: str
    person: str
    count: int
    kind: _common_pb2.TaskKind
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., request_id: _Optional[_Union[_common_pb2.RequestId, _Mapping]] = ..., queue_id: _Optional[str] = ..., person: _Optional[str] = ..., count: _Optional[int] = ..., kind: _Optional[_Union[_common_pb2.TaskKind, str]] = ...) -> None: ...

class ReserveReviewsResponse(_message.Message):
    __slots__ = ("seq", "reviews", "nothing", "rejection_reasons")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    REVIEWS_FIELD_NUMBER: _ClassVar[int]
    NOTHING_FIELD_NUMBER: _ClassVar[int]
    REJECTION_REASONS_FIELD_NUMBER: _ClassVar[int]
    seq: int
    reviews: _containers.RepeatedCompositeFieldContainer[Review]
    nothing: _allocation_pb2.Nothing
    rejection_reasons: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, seq: _Optional[int] = ..., reviews: _Optional[_Iterable[_Union[Review, _Mapping]]] = ..., nothing: _Optional[_Union[_allocation_pb2.Nothing, _Mapping]] = ..., rejection_reasons: _Optional[_Iterable[str]] = ...) -> None: ...

class ListMyReviewsRequest(_message.Message):
    __slots__ = ("project_id", "actor", "min_seq", "page_size", "page_token", "queue_id", "person")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    MIN_SEQ_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    QUEUE_ID_FIELD_NUMBER: _ClassVar[int]
    PERSON_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    min_seq: int
    page_size: int
    page_token: str
    queue_id: str
    person: str
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., min_seq: _Optional[int] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., queue_id: _Optional[str] = ..., person: _Optional[str] = ...) -> None: ...

class ListMyReviewsResponse(_message.Message):
    __slots__ = ("reviews", "next_page_token", "seq")
    REVIEWS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    SEQ_FIELD_NUMBER: _ClassVar[int]
    reviews: _containers.RepeatedCompositeFieldContainer[Review]
    next_page_token: str
    seq: int
    def __init__(self, reviews: _Optional[_Iterable[_Union[Review, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., seq: _Optional[int] = ...) -> None: ...

class Verdict(_message.Message):
    __slots__ = ("action", "reason", "comment")
    ACTION_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    COMMENT_FIELD_NUMBER: _ClassVar[int]
    action: ReviewAction
    reason: str
    comment: str
    def __init__(self, action: _Optional[_Union[ReviewAction, str]] = ..., reason: _Optional[str] = ..., comment: _Optional[str] = ...) -> None: ...

class UnitDecision(_message.Message):
    __slots__ = ("unit_id", "verdict", "edits", "issue_id")
    UNIT_ID_FIELD_NUMBER: _ClassVar[int]
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    EDITS_FIELD_NUMBER: _ClassVar[int]
    ISSUE_ID_FIELD_NUMBER: _ClassVar[int]
    unit_id: str
    verdict: Verdict
    edits: str
    issue_id: str
    def __init__(self, unit_id: _Optional[str] = ..., verdict: _Optional[_Union[Verdict, _Mapping]] = ..., edits: _Optional[str] = ..., issue_id: _Optional[str] = ...) -> None: ...

class FrameDecision(_message.Message):
    __slots__ = ("frame", "verdict")
    FRAME_FIELD_NUMBER: _ClassVar[int]
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    frame: int
    verdict: Verdict
    def __init__(self, frame: _Optional[int] = ..., verdict: _Optional[_Union[Verdict, _Mapping]] = ...) -> None: ...

class DecideRequest(_message.Message):
    __slots__ = ("project_id", "actor", "request_id", "review_id", "lease_token", "person", "decisions", "frame", "all", "next")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    REVIEW_ID_FIELD_NUMBER: _ClassVar[int]
    LEASE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    PERSON_FIELD_NUMBER: _ClassVar[int]
    DECISIONS_FIELD_NUMBER: _ClassVar[int]
    FRAME_FIELD_NUMBER: _ClassVar[int]
    ALL_FIELD_NUMBER: _ClassVar[int]
    NEXT_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    request_id: _common_pb2.RequestId
    review_id: str
    lease_token: int
    person: str
    decisions: _containers.RepeatedCompositeFieldContainer[UnitDecision]
    frame: FrameDecision
    all: Verdict
    next: bool
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., request_id: _Optional[_Union[_common_pb2.RequestId, _Mapping]] = ..., review_id: _Optional[str] = ..., lease_token: _Optional[int] = ..., person: _Optional[str] = ..., decisions: _Optional[_Iterable[_Union[UnitDecision, _Mapping]]] = ..., frame: _Optional[_Union[FrameDecision, _Mapping]] = ..., all: _Optional[_Union[Verdict, _Mapping]] = ..., next: bool = ...) -> None: ...

class DecideResponse(_message.Message):
    __slots__ = ("seq", "decided", "finished", "task_state", "next", "nothing")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    DECIDED_FIELD_NUMBER: _ClassVar[int]
    FINISHED_FIELD_NUMBER: _ClassVar[int]
    TASK_STATE_FIELD_NUMBER: _ClassVar[int]
    NEXT_FIELD_NUMBER: _ClassVar[int]
    NOTHING_FIELD_NUMBER: _ClassVar[int]
    seq: int
    decided: int
    finished: bool
    task_state: _common_pb2.TaskState
    next: Review
    nothing: _allocation_pb2.Nothing
    def __init__(self, seq: _Optional[int] = ..., decided: _Optional[int] = ..., finished: bool = ..., task_state: _Optional[_Union[_common_pb2.TaskState, str]] = ..., next: _Optional[_Union[Review, _Mapping]] = ..., nothing: _Optional[_Union[_allocation_pb2.Nothing, _Mapping]] = ...) -> None: ...

class ReportMissingRequest(_message.Message):
    __slots__ = ("project_id", "actor", "request_id", "review_id", "lease_token", "person", "labels")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    REVIEW_ID_FIELD_NUMBER: _ClassVar[int]
    LEASE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    PERSON_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    request_id: _common_pb2.RequestId
    review_id: str
    lease_token: int
    person: str
    labels: _containers.RepeatedCompositeFieldContainer[_issues_pb2.MissingLabel]
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., request_id: _Optional[_Union[_common_pb2.RequestId, _Mapping]] = ..., review_id: _Optional[str] = ..., lease_token: _Optional[int] = ..., person: _Optional[str] = ..., labels: _Optional[_Iterable[_Union[_issues_pb2.MissingLabel, _Mapping]]] = ...) -> None: ...

class ReportMissingResponse(_message.Message):
    __slots__ = ("seq", "issue_ids")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    ISSUE_IDS_FIELD_NUMBER: _ClassVar[int]
    seq: int
    issue_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, seq: _Optional[int] = ..., issue_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class MarkFixedRequest(_message.Message):
    __slots__ = ("project_id", "actor", "request_id", "task_id", "person", "unit_ids", "issue_ids", "all", "comment")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    PERSON_FIELD_NUMBER: _ClassVar[int]
    UNIT_IDS_FIELD_NUMBER: _ClassVar[int]
    ISSUE_IDS_FIELD_NUMBER: _ClassVar[int]
    ALL_FIELD_NUMBER: _ClassVar[int]
    COMMENT_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    request_id: _common_pb2.RequestId
    task_id: str
    person: str
    unit_ids: _containers.RepeatedScalarFieldContainer[str]
    issue_ids: _containers.RepeatedScalarFieldContainer[str]
    all: bool
    comment: str
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., request_id: _Optional[_Union[_common_pb2.RequestId, _Mapping]] = ..., task_id: _Optional[str] = ..., person: _Optional[str] = ..., unit_ids: _Optional[_Iterable[str]] = ..., issue_ids: _Optional[_Iterable[str]] = ..., all: bool = ..., comment: _Optional[str] = ...) -> None: ...

class MarkFixedResponse(_message.Message):
    __slots__ = ("seq", "marked")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    MARKED_FIELD_NUMBER: _ClassVar[int]
    seq: int
    marked: int
    def __init__(self, seq: _Optional[int] = ..., marked: _Optional[int] = ...) -> None: ...
