from dibs.bufvalidate import validate_pb2 as _validate_pb2
from dibs.v1 import common_pb2 as _common_pb2
from dibs.v1 import operation_pb2 as _operation_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CopyProjectRequest(_message.Message):
    __slots__ = ("project_id", "actor", "request_id", "new_project_id", "display_name", "members", "settings", "tags", "all_datasets", "dataset_ids", "all_queues", "queue_ids", "all_statuses", "statuses", "metadata")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    NEW_PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    SETTINGS_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    ALL_DATASETS_FIELD_NUMBER: _ClassVar[int]
    DATASET_IDS_FIELD_NUMBER: _ClassVar[int]
    ALL_QUEUES_FIELD_NUMBER: _ClassVar[int]
    QUEUE_IDS_FIELD_NUMBER: _ClassVar[int]
    ALL_STATUSES_FIELD_NUMBER: _ClassVar[int]
    STATUSES_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    request_id: _common_pb2.RequestId
    new_project_id: str
    display_name: str
    members: bool
    settings: bool
    tags: bool
    all_datasets: bool
    dataset_ids: _containers.RepeatedScalarFieldContainer[str]
    all_queues: bool
    queue_ids: _containers.RepeatedScalarFieldContainer[str]
    all_statuses: bool
    statuses: _containers.RepeatedScalarFieldContainer[str]
    metadata: bool
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., request_id: _Optional[_Union[_common_pb2.RequestId, _Mapping]] = ..., new_project_id: _Optional[str] = ..., display_name: _Optional[str] = ..., members: bool = ..., settings: bool = ..., tags: bool = ..., all_datasets: bool = ..., dataset_ids: _Optional[_Iterable[str]] = ..., all_queues: bool = ..., queue_ids: _Optional[_Iterable[str]] = ..., all_statuses: bool = ..., statuses: _Optional[_Iterable[str]] = ..., metadata: bool = ...) -> None: ...

class CopyProjectResponse(_message.Message):
    __slots__ = ("seq", "operation")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    OPERATION_FIELD_NUMBER: _ClassVar[int]
    seq: int
    operation: _operation_pb2.Operation
    def __init__(self, seq: _Optional[int] = ..., operation: _Optional[_Union[_operation_pb2.Operation, _Mapping]] = ...) -> None: ...
