from dibs.bufvalidate import validate_pb2 as _validate_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Optional as _Optional

DESCRIPTOR: _descriptor.FileDescriptor

class Channel(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CHANNEL_UNSPECIFIED: _ClassVar[Channel]
    CHANNEL_PIPELINE: _ClassVar[Channel]
    CHANNEL_WORKFLOW: _ClassVar[Channel]
CHANNEL_UNSPECIFIED: Channel
CHANNEL_PIPELINE: Channel
CHANNEL_WORKFLOW: Channel

class Pipeline(_message.Message):
    __slots__ = ("pipeline_id", "node_id", "display_name", "link")
    PIPELINE_ID_FIELD_NUMBER: _ClassVar[int]
    NODE_ID_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    LINK_FIELD_NUMBER: _ClassVar[int]
    pipeline_id: str
    node_id: str
    display_name: str
    link: str
    def __init__(self, pipeline_id: _Optional[str] = ..., node_id: _Optional[str] = ..., display_name: _Optional[str] = ..., link: _Optional[str] = ...) -> None: ...
