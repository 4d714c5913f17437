from dibs.bufvalidate import validate_pb2 as _validate_pb2
from dibs.v1 import common_pb2 as _common_pb2
from dibs.v1 import operation_pb2 as _operation_pb2
from dibs.v1 import tasks_pb2 as _tasks_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class BulkSetPriorityRequest(_message.Message):
    __slots__ = ("project_id", "actor", "request_id", "queue_id", "task_ids", "filter", "priority", "priority_level")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    QUEUE_ID_FIELD_NUMBER: _ClassVar[int]
    TASK_IDS_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    PRIORITY_FIELD_NUMBER: _ClassVar[int]
    PRIORITY_LEVEL_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    request_id: _common_pb2.RequestId
    queue_id: str
    task_ids: _containers.RepeatedScalarFieldContainer[str]
    filter: str
    priority: _common_pb2.Priority
    priority_level: float
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., request_id: _Optional[_Union[_common_pb2.RequestId, _Mapping]] = ..., queue_id: _Optional[str] = ..., task_ids: _Optional[_Iterable[str]] = ..., filter: _Optional[str] = ..., priority: _Optional[_Union[_common_pb2.Priority, str]] = ..., priority_level: _Optional[float] = ...) -> None: ...

class BulkSetPriorityResponse(_message.Message):
    __slots__ = ("seq", "operation")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    OPERATION_FIELD_NUMBER: _ClassVar[int]
    seq: int
    operation: _operation_pb2.Operation
    def __init__(self, seq: _Optional[int] = ..., operation: _Optional[_Union[_operation_pb2.Operation, _Mapping]] = ...) -> None: ...

class BulkReopenRequest(_message.Message):
    __slots__ = ("project_id", "actor", "request_id", "queue_id", "task_ids", "filter", "to", "person")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    QUEUE_ID_FIELD_NUMBER: _ClassVar[int]
    TASK_IDS_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    TO_FIELD_NUMBER: _ClassVar[int]
    PERSON_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    request_id: _common_pb2.RequestId
    queue_id: str
    task_ids: _containers.RepeatedScalarFieldContainer[str]
    filter: str
    to: _tasks_pb2.ReopenTo
    person: str
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., request_id: _Optional[_Union[_common_pb2.RequestId, _Mapping]] = ..., queue_id: _Optional[str] = ..., task_ids: _Optional[_Iterable[str]] = ..., filter: _Optional[str] = ..., to: _Optional[_Union[_tasks_pb2.ReopenTo, str]] = ..., person: _Optional[str] = ...) -> None: ...

class BulkReopenResponse(_message.Message):
    __slots__ = ("seq", "operation")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    OPERATION_FIELD_NUMBER: _ClassVar[int]
    seq: int
    operation: _operation_pb2.Operation
    def __init__(self, seq: _Optional[int] = ..., operation: _Optional[_Union[_operation_pb2.Operation, _Mapping]] = ...) -> None: ...
