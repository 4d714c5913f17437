from dibs.bufvalidate import validate_pb2 as _validate_pb2
from dibs.v1 import common_pb2 as _common_pb2
from dibs.v1 import operation_pb2 as _operation_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Dataset(_message.Message):
    __slots__ = ("dataset_id", "display_name", "item_count", "create_time")
    DATASET_ID_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    ITEM_COUNT_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    dataset_id: str
    display_name: str
    item_count: int
    create_time: _timestamp_pb2.Timestamp
    def __init__(self, dataset_id: _Optional[str] = ..., display_name: _Optional[str] = ..., item_count: _Optional[int] = ..., create_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Item(_message.Message):
    __slots__ = ("external_id", "weight", "classes", "required_skills", "attributes", "number")
    class AttributesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    EXTERNAL_ID_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    CLASSES_FIELD_NUMBER: _ClassVar[int]
    REQUIRED_SKILLS_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTES_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    external_id: str
    weight: float
    classes: _containers.RepeatedScalarFieldContainer[str]
    required_skills: _containers.RepeatedScalarFieldContainer[str]
    attributes: _containers.ScalarMap[str, str]
    number: int
    def __init__(self, external_id: _Optional[str] = ..., weight: _Optional[float] = ..., classes: _Optional[_Iterable[str]] = ..., required_skills: _Optional[_Iterable[str]] = ..., attributes: _Optional[_Mapping[str, str]] = ..., number: _Optional[int] = ...) -> None: ...

class CreateDatasetRequest(_message.Message):
    __slots__ = ("project_id", "actor", "request_id", "dataset_id", "display_name")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    DATASET_ID_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    request_id: _common_pb2.RequestId
    dataset_id: str
    display_name: str
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., request_id: _Optional[_Union[_common_pb2.RequestId, _Mapping]] = ..., dataset_id: _Optional[str] = ..., display_name: _Optional[str] = ...) -> None: ...

class CreateDatasetResponse(_message.Message):
    __slots__ = ("seq", "dataset")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    DATASET_FIELD_NUMBER: _ClassVar[int]
    seq: int
    dataset: Dataset
    def __init__(self, seq: _Optional[int] = ..., dataset: _Optional[_Union[Dataset, _Mapping]] = ...) -> None: ...

class GetDatasetRequest(_message.Message):
    __slots__ = ("project_id", "actor", "min_seq", "dataset_id")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    MIN_SEQ_FIELD_NUMBER: _ClassVar[int]
    DATASET_ID_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    min_seq: int
    dataset_id: str
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., min_seq: _Optional[int] = ..., dataset_id: _Optional[str] = ...) -> None: ...

class GetDatasetResponse(_message.Message):
    __slots__ = ("dataset",)
    DATASET_FIELD_NUMBER: _ClassVar[int]
    dataset: Dataset
    def __init__(self, dataset: _Optional[_Union[Dataset, _Mapping]] = ...) -> None: ...

class ListDatasetsRequest(_message.Message):
    __slots__ = ("project_id", "actor", "min_seq", "page_size", "page_token")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    MIN_SEQ_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    min_seq: int
    page_size: int
    page_token: str
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., min_seq: _Optional[int] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListDatasetsResponse(_message.Message):
    __slots__ = ("datasets", "next_page_token")
    DATASETS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    datasets: _containers.RepeatedCompositeFieldContainer[Dataset]
    next_page_token: str
    def __init__(self, datasets: _Optional[_Iterable[_Union[Dataset, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ImportItemsRequest(_message.Message):
    __slots__ = ("project_id", "actor", "request_id", "dataset_id", "first_line", "items")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    DATASET_ID_FIELD_NUMBER: _ClassVar[int]
    FIRST_LINE_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    request_id: _common_pb2.RequestId
    dataset_id: str
    first_line: int
    items: _containers.RepeatedCompositeFieldContainer[Item]
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., request_id: _Optional[_Union[_common_pb2.RequestId, _Mapping]] = ..., dataset_id: _Optional[str] = ..., first_line: _Optional[int] = ..., items: _Optional[_Iterable[_Union[Item, _Mapping]]] = ...) -> None: ...

class ImportItemsResponse(_message.Message):
    __slots__ = ("seq", "n", "added", "line_errors")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    N_FIELD_NUMBER: _ClassVar[int]
    ADDED_FIELD_NUMBER: _ClassVar[int]
    LINE_ERRORS_FIELD_NUMBER: _ClassVar[int]
    seq: int
    n: int
    added: int
    line_errors: _containers.RepeatedCompositeFieldContainer[LineError]
    def __init__(self, seq: _Optional[int] = ..., n: _Optional[int] = ..., added: _Optional[int] = ..., line_errors: _Optional[_Iterable[_Union[LineError, _Mapping]]] = ...) -> None: ...

class LineError(_message.Message):
    __slots__ = ("line", "external_id", "reason", "message")
    LINE_FIELD_NUMBER: _ClassVar[int]
    EXTERNAL_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    line: int
    external_id: str
    reason: str
    message: str
    def __init__(self, line: _Optional[int] = ..., external_id: _Optional[str] = ..., reason: _Optional[str] = ..., message: _Optional[str] = ...) -> None: ...

class ListItemsRequest(_message.Message):
    __slots__ = ("project_id", "actor", "min_seq", "page_size", "page_token", "dataset_id", "filter", "order_by")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    MIN_SEQ_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    DATASET_ID_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    ORDER_BY_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    min_seq: int
    page_size: int
    page_token: str
    dataset_id: str
    filter: str
    order_by: str
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., min_seq: _Optional[int] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., dataset_id: _Optional[str] = ..., filter: _Optional[str] = ..., order_by: _Optional[str] = ...) -> None: ...

class ListItemsResponse(_message.Message):
    __slots__ = ("items", "next_page_token", "total_size", "total_is_lower_bound")
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    TOTAL_SIZE_FIELD_NUMBER: _ClassVar[int]
    TOTAL_IS_LOWER_BOUND_FIELD_NUMBER: _ClassVar[int]
    items: _containers.RepeatedCompositeFieldContainer[Item]
    next_page_token: str
    total_size: int
    total_is_lower_bound: bool
    def __init__(self, items: _Optional[_Iterable[_Union[Item, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., total_size: _Optional[int] = ..., total_is_lower_bound: bool = ...) -> None: ...

class UpdateDatasetRequest(_message.Message):
    __slots__ = ("project_id", "actor", "request_id", "dataset_id", "display_name")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    DATASET_ID_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    request_id: _common_pb2.RequestId
    dataset_id: str
    display_name: str
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., request_id: _Optional[_Union[_common_pb2.RequestId, _Mapping]] = ..., dataset_id: _Optional[str] = ..., display_name: _Optional[str] = ...) -> None: ...

class UpdateDatasetResponse(_message.Message):
    __slots__ = ("seq", "dataset")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    DATASET_FIELD_NUMBER: _ClassVar[int]
    seq: int
    dataset: Dataset
    def __init__(self, seq: _Optional[int] = ..., dataset: _Optional[_Union[Dataset, _Mapping]] = ...) -> None: ...

class DeleteDatasetRequest(_message.Message):
    __slots__ = ("project_id", "actor", "request_id", "dataset_id", "force")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    DATASET_ID_FIELD_NUMBER: _ClassVar[int]
    FORCE_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    request_id: _common_pb2.RequestId
    dataset_id: str
    force: bool
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., request_id: _Optional[_Union[_common_pb2.RequestId, _Mapping]] = ..., dataset_id: _Optional[str] = ..., force: bool = ...) -> None: ...

class DeleteDatasetResponse(_message.Message):
    __slots__ = ("seq", "operation")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    OPERATION_FIELD_NUMBER: _ClassVar[int]
    seq: int
    operation: _operation_pb2.Operation
    def __init__(self, seq: _Optional[int] = ..., operation: _Optional[_Union[_operation_pb2.Operation, _Mapping]] = ...) -> None: ...

class AddDatasetItemsRequest(_message.Message):
    __slots__ = ("project_id", "actor", "request_id", "dataset_id", "items")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    DATASET_ID_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    request_id: _common_pb2.RequestId
    dataset_id: str
    items: _containers.RepeatedCompositeFieldContainer[Item]
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., request_id: _Optional[_Union[_common_pb2.RequestId, _Mapping]] = ..., dataset_id: _Optional[str] = ..., items: _Optional[_Iterable[_Union[Item, _Mapping]]] = ...) -> None: ...

class AddDatasetItemsResponse(_message.Message):
    __slots__ = ("seq", "added", "line_errors")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    ADDED_FIELD_NUMBER: _ClassVar[int]
    LINE_ERRORS_FIELD_NUMBER: _ClassVar[int]
    seq: int
    added: int
    line_errors: _containers.RepeatedCompositeFieldContainer[LineError]
    def __init__(self, seq: _Optional[int] = ..., added: _Optional[int] = ..., line_errors: _Optional[_Iterable[_Union[LineError, _Mapping]]] = ...) -> None: ...

class RemoveDatasetItemsRequest(_message.Message):
    __slots__ = ("project_id", "actor", "request_id", "dataset_id", "external_ids")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    DATASET_ID_FIELD_NUMBER: _ClassVar[int]
    EXTERNAL_IDS_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    request_id: _common_pb2.RequestId
    dataset_id: str
    external_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., request_id: _Optional[_Union[_common_pb2.RequestId, _Mapping]] = ..., dataset_id: _Optional[str] = ..., external_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class RemoveDatasetItemsResponse(_message.Message):
    __slots__ = ("seq", "operation")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    OPERATION_FIELD_NUMBER: _ClassVar[int]
    seq: int
    operation: _operation_pb2.Operation
    def __init__(self, seq: _Optional[int] = ..., operation: _Optional[_Union[_operation_pb2.Operation, _Mapping]] = ...) -> None: ...
