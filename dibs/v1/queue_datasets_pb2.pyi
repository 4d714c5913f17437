from dibs.bufvalidate import validate_pb2 as _validate_pb2
from dibs.v1 import figures_pb2 as _figures_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class QueueDataset(_message.Message):
    __slots__ = ("dataset_id", "display_name", "attached", "status", "total_tasks", "remaining_tasks", "progress_percent", "annotated_tasks", "state_counts")
    DATASET_ID_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    ATTACHED_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_TASKS_FIELD_NUMBER: _ClassVar[int]
    REMAINING_TASKS_FIELD_NUMBER: _ClassVar[int]
    PROGRESS_PERCENT_FIELD_NUMBER: _ClassVar[int]
    ANNOTATED_TASKS_FIELD_NUMBER: _ClassVar[int]
    STATE_COUNTS_FIELD_NUMBER: _ClassVar[int]
    dataset_id: str
    display_name: str
    attached: bool
    status: _figures_pb2.WorkStatus
    total_tasks: int
    remaining_tasks: int
    progress_percent: int
    annotated_tasks: int
    state_counts: _containers.RepeatedCompositeFieldContainer[_figures_pb2.StateCount]
    def __init__(self, dataset_id: _Optional[str] = ..., display_name: _Optional[str] = ..., attached: bool = ..., status: _Optional[_Union[_figures_pb2.WorkStatus, str]] = ..., total_tasks: _Optional[int] = ..., remaining_tasks: _Optional[int] = ..., progress_percent: _Optional[int] = ..., annotated_tasks: _Optional[int] = ..., state_counts: _Optional[_Iterable[_Union[_figures_pb2.StateCount, _Mapping]]] = ...) -> None: ...

class ListQueueDatasetsRequest(_message.Message):
    __slots__ = ("project_id", "actor", "min_seq", "queue_id", "page_size", "page_token")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    MIN_SEQ_FIELD_NUMBER: _ClassVar[int]
    QUEUE_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    min_seq: int
    queue_id: str
    page_size: int
    page_token: str
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., min_seq: _Optional[int] = ..., queue_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListQueueDatasetsResponse(_message.Message):
    __slots__ = ("datasets", "next_page_token")
    DATASETS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    datasets: _containers.RepeatedCompositeFieldContainer[QueueDataset]
    next_page_token: str
    def __init__(self, datasets: _Optional[_Iterable[_Union[QueueDataset, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...
