from dibs.bufvalidate import validate_pb2 as _validate_pb2
from dibs.v1 import comments_pb2 as _comments_pb2
from dibs.v1 import allocation_pb2 as _allocation_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class IssueState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ISSUE_STATE_UNSPECIFIED: _ClassVar[IssueState]
    ISSUE_STATE_OPEN: _ClassVar[IssueState]
    ISSUE_STATE_FOR_REVIEW: _ClassVar[IssueState]
    ISSUE_STATE_RESOLVED: _ClassVar[IssueState]

class IssueKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ISSUE_KIND_UNSPECIFIED: _ClassVar[IssueKind]
    ISSUE_KIND_REJECTED: _ClassVar[IssueKind]
    ISSUE_KIND_MISSING: _ClassVar[IssueKind]
ISSUE_STATE_UNSPECIFIED: IssueState
ISSUE_STATE_OPEN: IssueState
ISSUE_STATE_FOR_REVIEW: IssueState
ISSUE_STATE_RESOLVED: IssueState
ISSUE_KIND_UNSPECIFIED: IssueKind
ISSUE_KIND_REJECTED: IssueKind
ISSUE_KIND_MISSING: IssueKind

class Issue(_message.Message):
    __slots__ = ("issue_id", "task_id", "unit_id", "kind", "state", "reason", "comment", "reviewer", "open_time", "fix_time", "close_time", "class_name", "queue_id", "author", "update_time", "dataset_id", "external_id", "item_number", "assignment_id")
    ISSUE_ID_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    UNIT_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    COMMENT_FIELD_NUMBER: _ClassVar[int]
    REVIEWER_FIELD_NUMBER: _ClassVar[int]
    OPEN_TIME_FIELD_NUMBER: _ClassVar[int]
    FIX_TIME_FIELD_NUMBER: _ClassVar[int]
    CLOSE_TIME_FIELD_NUMBER: _ClassVar[int]
    CLASS_NAME_FIELD_NUMBER: _ClassVar[int]
    QUEUE_ID_FIELD_NUMBER: _ClassVar[int]
    AUTHOR_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    DATASET_ID_FIELD_NUMBER: _ClassVar[int]
    EXTERNAL_ID_FIELD_NUMBER: _ClassVar[int]
    ITEM_NUMBER_FIELD_NUMBER: _ClassVar[int]
    ASSIGNMENT_ID_FIELD_NUMBER: _ClassVar[int]
    issue_id: str
    task_id: str
    unit_id: str
    kind: IssueKind
    state: IssueState
    reason: str
    comment: str
    reviewer: str
    open_time: _timestamp_pb2.Timestamp
    fix_time: _timestamp_pb2.Timestamp
    close_time: _timestamp_pb2.Timestamp
    class_name: str
    queue_id: str
    author: str
    update_time: _timestamp_pb2.Timestamp
    dataset_id: str
    external_id: str
    item_number: int
    assignment_id: str
    def __init__(self, issue_id: _Optional[str] = ..., task_id: _Optional[str] = ..., unit_id: _Optional[str] = ..., kind: _Optional[_Union[IssueKind, str]] = ..., state: _Optional[_Union[IssueState, str]] = ..., reason: _Optional[str] = ..., comment: _Optional[str] = ..., reviewer: _Optional[str] = ..., open_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., fix_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., close_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., class_name: _Optional[str] = ..., queue_id: _Optional[str] = ..., author: _Optional[str] = ..., update_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., dataset_id: _Optional[str] = ..., external_id: _Optional[str] = ..., item_number: _Optional[int] = ..., assignment_id: _Optional[str] = ...) -> None: ...

class MissingLabel(_message.Message):
    __slots__ = ("class_name", "frames", "comment")
    CLASS_NAME_FIELD_NUMBER: _ClassVar[int]
    FRAMES_FIELD_NUMBER: _ClassVar[int]
    COMMENT_FIELD_NUMBER: _ClassVar[int]
    class_name: str
    frames: _containers.RepeatedCompositeFieldContainer[_allocation_pb2.FrameRange]
    comment: str
    def __init__(self, class_name: _Optional[str] = ..., frames: _Optional[_Iterable[_Union[_allocation_pb2.FrameRange, _Mapping]]] = ..., comment: _Optional[str] = ...) -> None: ...

class GetIssueRequest(_message.Message):
    __slots__ = ("project_id", "actor", "min_seq", "issue_id")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    MIN_SEQ_FIELD_NUMBER: _ClassVar[int]
    ISSUE_ID_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    min_seq: int
    issue_id: str
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., min_seq: _Optional[int] = ..., issue_id: _Optional[str] = ...) -> None: ...

class GetIssueResponse(_message.Message):
    __slots__ = ("issue", "comments")
    ISSUE_FIELD_NUMBER: _ClassVar[int]
    COMMENTS_FIELD_NUMBER: _ClassVar[int]
    issue: Issue
    comments: _containers.RepeatedCompositeFieldContainer[_comments_pb2.Comment]
    def __init__(self, issue: _Optional[_Union[Issue, _Mapping]] = ..., comments: _Optional[_Iterable[_Union[_comments_pb2.Comment, _Mapping]]] = ...) -> None: ...

class ListIssuesRequest(_message.Message):
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

class ListIssuesResponse(_message.Message):
    __slots__ = ("issues", "next_page_token", "total_size", "total_is_lower_bound")
    ISSUES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    TOTAL_SIZE_FIELD_NUMBER: _ClassVar[int]
    TOTAL_IS_LOWER_BOUND_FIELD_NUMBER: _ClassVar[int]
    issues: _containers.RepeatedCompositeFieldContainer[Issue]
    next_page_token: str
    total_size: int
    total_is_lower_bound: bool
    def __init__(self, issues: _Optional[_Iterable[_Union[Issue, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., total_size: _Optional[int] = ..., total_is_lower_bound: bool = ...) -> None: ...
