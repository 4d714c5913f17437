from dibs.bufvalidate import validate_pb2 as _validate_pb2
from dibs.v1 import common_pb2 as _common_pb2
from dibs.v1 import issues_pb2 as _issues_pb2
from dibs.v1 import operation_pb2 as _operation_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AddReviewsRequest(_message.Message):
    __slots__ = ("project_id", "actor", "request_id", "queue_id", "task_ids", "filter", "unit_ids", "reviewers")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    QUEUE_ID_FIELD_NUMBER: _ClassVar[int]
    TASK_IDS_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    UNIT_IDS_FIELD_NUMBER: _ClassVar[int]
    REVIEWERS_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    request_id: _common_pb2.RequestId
    queue_id: str
    task_ids: _containers.RepeatedScalarFieldContainer[str]
    filter: str
    unit_ids: _containers.RepeatedScalarFieldContainer[str]
    reviewers: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., request_id: _Optional[_Union[_common_pb2.RequestId, _Mapping]] = ..., queue_id: _Optional[str] = ..., task_ids: _Optional[_Iterable[str]] = ..., filter: _Optional[str] = ..., unit_ids: _Optional[_Iterable[str]] = ..., reviewers: _Optional[_Iterable[str]] = ...) -> None: ...

class AddReviewsResponse(_message.Message):
    __slots__ = ("seq", "operation")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    OPERATION_FIELD_NUMBER: _ClassVar[int]
    seq: int
    operation: _operation_pb2.Operation
    def __init__(self, seq: _Optional[int] = ..., operation: _Optional[_Union[_operation_pb2.Operation, _Mapping]] = ...) -> None: ...

class ResampleRequest(_message.Message):
    __slots__ = ("project_id", "actor", "request_id", "queue_id", "task_ids", "filter")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    QUEUE_ID_FIELD_NUMBER: _ClassVar[int]
    TASK_IDS_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    request_id: _common_pb2.RequestId
    queue_id: str
    task_ids: _containers.RepeatedScalarFieldContainer[str]
    filter: str
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., request_id: _Optional[_Union[_common_pb2.RequestId, _Mapping]] = ..., queue_id: _Optional[str] = ..., task_ids: _Optional[_Iterable[str]] = ..., filter: _Optional[str] = ...) -> None: ...

class ResampleResponse(_message.Message):
    __slots__ = ("seq", "operation")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    OPERATION_FIELD_NUMBER: _ClassVar[int]
    seq: int
    operation: _operation_pb2.Operation
    def __init__(self, seq: _Optional[int] = ..., operation: _Optional[_Union[_operation_pb2.Operation, _Mapping]] = ...) -> None: ...

class Objection(_message.Message):
    __slots__ = ("unit_id", "reason", "comment")
    UNIT_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    COMMENT_FIELD_NUMBER: _ClassVar[int]
    unit_id: str
    reason: str
    comment: str
    def __init__(self, unit_id: _Optional[str] = ..., reason: _Optional[str] = ..., comment: _Optional[str] = ...) -> None: ...

class ReturnTaskRequest(_message.Message):
    __slots__ = ("project_id", "actor", "request_id", "task_id", "objections", "missing")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    OBJECTIONS_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    request_id: _common_pb2.RequestId
    task_id: str
    objections: _containers.RepeatedCompositeFieldContainer[Objection]
    missing: _containers.RepeatedCompositeFieldContainer[_issues_pb2.MissingLabel]
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., request_id: _Optional[_Union[_common_pb2.RequestId, _Mapping]] = ..., task_id: _Optional[str] = ..., objections: _Optional[_Iterable[_Union[Objection, _Mapping]]] = ..., missing: _Optional[_Iterable[_Union[_issues_pb2.MissingLabel, _Mapping]]] = ...) -> None: ...

class ReturnTaskResponse(_message.Message):
    __slots__ = ("seq", "state", "issue_ids")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    ISSUE_IDS_FIELD_NUMBER: _ClassVar[int]
    seq: int
    state: _common_pb2.TaskState
    issue_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, seq: _Optional[int] = ..., state: _Optional[_Union[_common_pb2.TaskState, str]] = ..., issue_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class ReportIssuesRequest(_message.Message):
    __slots__ = ("project_id", "actor", "request_id", "task_id", "lease_token", "person", "slot", "objections", "missing")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    LEASE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    PERSON_FIELD_NUMBER: _ClassVar[int]
    SLOT_FIELD_NUMBER: _ClassVar[int]
    OBJECTIONS_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    request_id: _common_pb2.RequestId
    task_id: str
    lease_token: int
    person: str
    slot: int
    objections: _containers.RepeatedCompositeFieldContainer[Objection]
    missing: _containers.RepeatedCompositeFieldContainer[_issues_pb2.MissingLabel]
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., request_id: _Optional[_Union[_common_pb2.RequestId, _Mapping]] = ..., task_id: _Optional[str] = ..., lease_token: _Optional[int] = ..., person: _Optional[str] = ..., slot: _Optional[int] = ..., objections: _Optional[_Iterable[_Union[Objection, _Mapping]]] = ..., missing: _Optional[_Iterable[_Union[_issues_pb2.MissingLabel, _Mapping]]] = ...) -> None: ...

class ReportIssuesResponse(_message.Message):
    __slots__ = ("seq", "labeling_task_id", "state", "issue_ids")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    LABELING_TASK_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    ISSUE_IDS_FIELD_NUMBER: _ClassVar[int]
    seq: int
    labeling_task_id: str
    state: _common_pb2.TaskState
    issue_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, seq: _Optional[int] = ..., labeling_task_id: _Optional[str] = ..., state: _Optional[_Union[_common_pb2.TaskState, str]] = ..., issue_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class DeleteUnitsRequest(_message.Message):
    __slots__ = ("project_id", "actor", "request_id", "task_id", "unit_ids", "reason")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    UNIT_IDS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    request_id: _common_pb2.RequestId
    task_id: str
    unit_ids: _containers.RepeatedScalarFieldContainer[str]
    reason: str
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., request_id: _Optional[_Union[_common_pb2.RequestId, _Mapping]] = ..., task_id: _Optional[str] = ..., unit_ids: _Optional[_Iterable[str]] = ..., reason: _Optional[str] = ...) -> None: ...

class DeleteUnitsResponse(_message.Message):
    __slots__ = ("seq", "units")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    UNITS_FIELD_NUMBER: _ClassVar[int]
    seq: int
    units: int
    def __init__(self, seq: _Optional[int] = ..., units: _Optional[int] = ...) -> None: ...
