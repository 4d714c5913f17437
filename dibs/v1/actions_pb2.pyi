from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from typing import ClassVar as _ClassVar

DESCRIPTOR: _descriptor.FileDescriptor

class Action(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ACTION_UNSPECIFIED: _ClassVar[Action]
    ACTION_UPDATE_QUEUE: _ClassVar[Action]
    ACTION_ADD_ITEMS: _ClassVar[Action]
    ACTION_REMOVE_ITEMS: _ClassVar[Action]
    ACTION_ATTACH_DATASET: _ClassVar[Action]
    ACTION_DETACH_DATASET: _ClassVar[Action]
    ACTION_CLEAR_WAITING: _ClassVar[Action]
    ACTION_PAUSE_QUEUE: _ClassVar[Action]
    ACTION_RESUME_QUEUE: _ClassVar[Action]
    ACTION_ARCHIVE_QUEUE: _ClassVar[Action]
    ACTION_UNARCHIVE_QUEUE: _ClassVar[Action]
    ACTION_LIST_TASKS: _ClassVar[Action]
    ACTION_RESERVE: _ClassVar[Action]
    ACTION_LOAD_BATCH: _ClassVar[Action]
    ACTION_CLEAR_BATCH: _ClassVar[Action]
    ACTION_SET_PRIORITY: _ClassVar[Action]
    ACTION_REOPEN: _ClassVar[Action]
    ACTION_DELETE_QUEUE: _ClassVar[Action]
    ACTION_START: _ClassVar[Action]
    ACTION_START_TASK: _ClassVar[Action]
    ACTION_RENEW: _ClassVar[Action]
    ACTION_SAVE_DRAFT: _ClassVar[Action]
    ACTION_SUBMIT: _ClassVar[Action]
    ACTION_SKIP: _ClassVar[Action]
    ACTION_RELEASE: _ClassVar[Action]
    ACTION_SET_STATUS: _ClassVar[Action]
    ACTION_REMOVE_STATUS: _ClassVar[Action]
    ACTION_RECALL_SUBMISSION: _ClassVar[Action]
    ACTION_CLEAR_SKIPS: _ClassVar[Action]
    ACTION_START_ANNOTATION: _ClassVar[Action]
    ACTION_SUBMIT_FOR_REVIEW: _ClassVar[Action]
    ACTION_SUBMIT_DATA: _ClassVar[Action]
    ACTION_WITHDRAW_DATA: _ClassVar[Action]
ACTION_UNSPECIFIED: Action
ACTION_UPDATE_QUEUE: Action
ACTION_ADD_ITEMS: Action
ACTION_REMOVE_ITEMS: Action
ACTION_ATTACH_DATASET: Action
ACTION_DETACH_DATASET: Action
ACTION_CLEAR_WAITING: Action
ACTION_PAUSE_QUEUE: Action
ACTION_RESUME_QUEUE: Action
ACTION_ARCHIVE_QUEUE: Action
ACTION_UNARCHIVE_QUEUE: Action
ACTION_LIST_TASKS: Action
ACTION_RESERVE: Action
ACTION_LOAD_BATCH: Action
ACTION_CLEAR_BATCH: Action
ACTION_SET_PRIORITY: Action
ACTION_REOPEN: Action
ACTION_DELETE_QUEUE: Action
ACTION_START: Action
ACTION_START_TASK: Action
ACTION_RENEW: Action
ACTION_SAVE_DRAFT: Action
ACTION_SUBMIT: Action
ACTION_SKIP: Action
ACTION_RELEASE: Action
ACTION_SET_STATUS: Action
ACTION_REMOVE_STATUS: Action
ACTION_RECALL_SUBMISSION: Action
ACTION_CLEAR_SKIPS: Action
ACTION_START_ANNOTATION: Action
ACTION_SUBMIT_FOR_REVIEW: Action
ACTION_SUBMIT_DATA: Action
ACTION_WITHDRAW_DATA: Action
