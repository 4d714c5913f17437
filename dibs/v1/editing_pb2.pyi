from dibs.bufvalidate import validate_pb2 as _validate_pb2
from dibs.v1 import common_pb2 as _common_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class EditVerdict(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    EDIT_VERDICT_UNSPECIFIED: _ClassVar[EditVerdict]
    EDIT_VERDICT_ALLOWED: _ClassVar[EditVerdict]
    EDIT_VERDICT_HELD: _ClassVar[EditVerdict]
    EDIT_VERDICT_HAS_STATUS: _ClassVar[EditVerdict]
    EDIT_VERDICT_NOT_HELD: _ClassVar[EditVerdict]
    EDIT_VERDICT_IN_REVIEW: _ClassVar[EditVerdict]
EDIT_VERDICT_UNSPECIFIED: EditVerdict
EDIT_VERDICT_ALLOWED: EditVerdict
EDIT_VERDICT_HELD: EditVerdict
EDIT_VERDICT_HAS_STATUS: EditVerdict
EDIT_VERDICT_NOT_HELD: EditVerdict
EDIT_VERDICT_IN_REVIEW: EditVerdict

class CanEditRequest(_message.Message):
    __slots__ = ("project_id", "actor", "min_seq", "person", "queue_id", "dataset_id", "external_id")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    MIN_SEQ_FIELD_NUMBER: _ClassVar[int]
    PERSON_FIELD_NUMBER: _ClassVar[int]
    QUEUE_ID_FIELD_NUMBER: _ClassVar[int]
    DATASET_ID_FIELD_NUMBER: _ClassVar[int]
    EXTERNAL_ID_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    min_seq: int
    person: str
    queue_id: str
    dataset_id: str
    external_id: str
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., min_seq: _Optional[int] = ..., person: _Optional[str] = ..., queue_id: _Optional[str] = ..., dataset_id: _Optional[str] = ..., external_id: _Optional[str] = ...) -> None: ...

class CanEditResponse(_message.Message):
    __slots__ = ("allowed", "verdict", "task_id", "queue_id", "holder", "expire_time", "status", "state", "review_id", "reviewer")
    ALLOWED_FIELD_NUMBER: _ClassVar[int]
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    QUEUE_ID_FIELD_NUMBER: _ClassVar[int]
    HOLDER_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    REVIEW_ID_FIELD_NUMBER: _ClassVar[int]
    REVIEWER_FIELD_NUMBER: _ClassVar[int]
    allowed: bool
    verdict: EditVerdict
    task_id: str
    queue_id: str
    holder: str
    expire_time: _timestamp_pb2.Timestamp
    status: str
    state: _common_pb2.TaskState
    review_id: str
    reviewer: str
    def __init__(self, allowed: bool = ..., verdict: _Optional[_Union[EditVerdict, str]] = ..., task_id: _Optional[str] = ..., queue_id: _Optional[str] = ..., holder: _Optional[str] = ..., expire_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., status: _Optional[str] = ..., state: _Optional[_Union[_common_pb2.TaskState, str]] = ..., review_id: _Optional[str] = ..., reviewer: _Optional[str] = ...) -> None: ...
