from dibs.bufvalidate import validate_pb2 as _validate_pb2
from dibs.v1 import common_pb2 as _common_pb2
from dibs.v1 import copying_pb2 as _copying_pb2
from dibs.v1 import figures_pb2 as _figures_pb2
from dibs.v1 import operation_pb2 as _operation_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import field_mask_pb2 as _field_mask_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Durability(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DURABILITY_UNSPECIFIED: _ClassVar[Durability]
    DURABILITY_DURABLE: _ClassVar[Durability]
    DURABILITY_FAST: _ClassVar[Durability]

class Role(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ROLE_UNSPECIFIED: _ClassVar[Role]
    ROLE_ADMIN: _ClassVar[Role]
    ROLE_TEAM_MANAGER: _ClassVar[Role]
    ROLE_REVIEWER: _ClassVar[Role]
    ROLE_ANNOTATOR: _ClassVar[Role]
    ROLE_ANNOTATOR_AND_REVIEWER: _ClassVar[Role]
DURABILITY_UNSPECIFIED: Durability
DURABILITY_DURABLE: Durability
DURABILITY_FAST: Durability
ROLE_UNSPECIFIED: Role
ROLE_ADMIN: Role
ROLE_TEAM_MANAGER: Role
ROLE_REVIEWER: Role
ROLE_ANNOTATOR: Role
ROLE_ANNOTATOR_AND_REVIEWER: Role

class Project(_message.Message):
    __slots__ = ("project_id", "display_name", "durability", "create_time", "status_locks", "etag", "delete_time", "purge_time", "ontology_ref", "instruction_ref", "tags")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    DURABILITY_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    STATUS_LOCKS_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    DELETE_TIME_FIELD_NUMBER: _ClassVar[int]
    PURGE_TIME_FIELD_NUMBER: _ClassVar[int]
    ONTOLOGY_REF_FIELD_NUMBER: _ClassVar[int]
    INSTRUCTION_REF_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    display_name: str
    durability: Durability
    create_time: _timestamp_pb2.Timestamp
    status_locks: bool
    etag: str
    delete_time: _timestamp_pb2.Timestamp
    purge_time: _timestamp_pb2.Timestamp
    ontology_ref: str
    instruction_ref: str
    tags: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, project_id: _Optional[str] = ..., display_name: _Optional[str] = ..., durability: _Optional[_Union[Durability, str]] = ..., create_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., status_locks: bool = ..., etag: _Optional[str] = ..., delete_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., purge_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., ontology_ref: _Optional[str] = ..., instruction_ref: _Optional[str] = ..., tags: _Optional[_Iterable[str]] = ...) -> None: ...

class Member(_message.Message):
    __slots__ = ("person_id", "display_name", "roles", "skills", "active", "domain", "figures")
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    ROLES_FIELD_NUMBER: _ClassVar[int]
    SKILLS_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_FIELD_NUMBER: _ClassVar[int]
    DOMAIN_FIELD_NUMBER: _ClassVar[int]
    FIGURES_FIELD_NUMBER: _ClassVar[int]
    person_id: str
    display_name: str
    roles: _containers.RepeatedScalarFieldContainer[Role]
    skills: _containers.RepeatedScalarFieldContainer[str]
    active: bool
    domain: str
    figures: _figures_pb2.MemberFigures
    def __init__(self, person_id: _Optional[str] = ..., display_name: _Optional[str] = ..., roles: _Optional[_Iterable[_Union[Role, str]]] = ..., skills: _Optional[_Iterable[str]] = ..., active: bool = ..., domain: _Optional[str] = ..., figures: _Optional[_Union[_figures_pb2.MemberFigures, _Mapping]] = ...) -> None: ...

class CreateProjectRequest(_message.Message):
    __slots__ = ("project_id", "actor", "request_id", "display_name", "durability")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    DURABILITY_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    request_id: _common_pb2.RequestId
    display_name: str
    durability: Durability
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., request_id: _Optional[_Union[_common_pb2.RequestId, _Mapping]] = ..., display_name: _Optional[str] = ..., durability: _Optional[_Union[Durability, str]] = ...) -> None: ...

class CreateProjectResponse(_message.Message):
    __slots__ = ("seq", "project")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    PROJECT_FIELD_NUMBER: _ClassVar[int]
    seq: int
    project: Project
    def __init__(self, seq: _Optional[int] = ..., project: _Optional[_Union[Project, _Mapping]] = ...) -> None: ...

class GetProjectRequest(_message.Message):
    __slots__ = ("project_id", "actor", "min_seq")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    MIN_SEQ_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    min_seq: int
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., min_seq: _Optional[int] = ...) -> None: ...

class GetProjectResponse(_message.Message):
    __slots__ = ("project", "figures")
    PROJECT_FIELD_NUMBER: _ClassVar[int]
    FIGURES_FIELD_NUMBER: _ClassVar[int]
    project: Project
    figures: _figures_pb2.ProjectFigures
    def __init__(self, project: _Optional[_Union[Project, _Mapping]] = ..., figures: _Optional[_Union[_figures_pb2.ProjectFigures, _Mapping]] = ...) -> None: ...

class ListProjectsRequest(_message.Message):
    __slots__ = ("actor", "page_size", "page_token", "show_deleted", "filter")
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    SHOW_DELETED_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    actor: str
    page_size: int
    page_token: str
    show_deleted: bool
    filter: str
    def __init__(self, actor: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., show_deleted: bool = ..., filter: _Optional[str] = ...) -> None: ...

class ListProjectsResponse(_message.Message):
    __slots__ = ("projects", "next_page_token")
    PROJECTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    projects: _containers.RepeatedCompositeFieldContainer[Project]
    next_page_token: str
    def __init__(self, projects: _Optional[_Iterable[_Union[Project, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class UpdateProjectRequest(_message.Message):
    __slots__ = ("project_id", "actor", "request_id", "project", "update_mask")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PROJECT_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    request_id: _common_pb2.RequestId
    project: Project
    update_mask: _field_mask_pb2.FieldMask
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., request_id: _Optional[_Union[_common_pb2.RequestId, _Mapping]] = ..., project: _Optional[_Union[Project, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ...) -> None: ...

class UpdateProjectResponse(_message.Message):
    __slots__ = ("seq", "project")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    PROJECT_FIELD_NUMBER: _ClassVar[int]
    seq: int
    project: Project
    def __init__(self, seq: _Optional[int] = ..., project: _Optional[_Union[Project, _Mapping]] = ...) -> None: ...

class DeleteProjectRequest(_message.Message):
    __slots__ = ("project_id", "actor", "request_id", "purge_after", "force")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PURGE_AFTER_FIELD_NUMBER: _ClassVar[int]
    FORCE_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    request_id: _common_pb2.RequestId
    purge_after: _duration_pb2.Duration
    force: bool
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., request_id: _Optional[_Union[_common_pb2.RequestId, _Mapping]] = ..., purge_after: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., force: bool = ...) -> None: ...

class DeleteProjectResponse(_message.Message):
    __slots__ = ("seq", "delete_time", "purge_time")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    DELETE_TIME_FIELD_NUMBER: _ClassVar[int]
    PURGE_TIME_FIELD_NUMBER: _ClassVar[int]
    seq: int
    delete_time: _timestamp_pb2.Timestamp
    purge_time: _timestamp_pb2.Timestamp
    def __init__(self, seq: _Optional[int] = ..., delete_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., purge_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class UndeleteProjectRequest(_message.Message):
    __slots__ = ("project_id", "actor", "request_id")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    request_id: _common_pb2.RequestId
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., request_id: _Optional[_Union[_common_pb2.RequestId, _Mapping]] = ...) -> None: ...

class UndeleteProjectResponse(_message.Message):
    __slots__ = ("seq", "project")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    PROJECT_FIELD_NUMBER: _ClassVar[int]
    seq: int
    project: Project
    def __init__(self, seq: _Optional[int] = ..., project: _Optional[_Union[Project, _Mapping]] = ...) -> None: ...

class AddMembersRequest(_message.Message):
    __slots__ = ("project_id", "actor", "request_id", "members")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    request_id: _common_pb2.RequestId
    members: _containers.RepeatedCompositeFieldContainer[Member]
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., request_id: _Optional[_Union[_common_pb2.RequestId, _Mapping]] = ..., members: _Optional[_Iterable[_Union[Member, _Mapping]]] = ...) -> None: ...

class AddMembersResponse(_message.Message):
    __slots__ = ("seq", "members")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    seq: int
    members: _containers.RepeatedCompositeFieldContainer[Member]
    def __init__(self, seq: _Optional[int] = ..., members: _Optional[_Iterable[_Union[Member, _Mapping]]] = ...) -> None: ...

class UpdateMemberRequest(_message.Message):
    __slots__ = ("project_id", "actor", "request_id", "member", "update_mask")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    request_id: _common_pb2.RequestId
    member: Member
    update_mask: _field_mask_pb2.FieldMask
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., request_id: _Optional[_Union[_common_pb2.RequestId, _Mapping]] = ..., member: _Optional[_Union[Member, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ...) -> None: ...

class UpdateMemberResponse(_message.Message):
    __slots__ = ("seq", "member")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    seq: int
    member: Member
    def __init__(self, seq: _Optional[int] = ..., member: _Optional[_Union[Member, _Mapping]] = ...) -> None: ...

class RemoveMembersRequest(_message.Message):
    __slots__ = ("project_id", "actor", "request_id", "person_ids")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PERSON_IDS_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    request_id: _common_pb2.RequestId
    person_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., request_id: _Optional[_Union[_common_pb2.RequestId, _Mapping]] = ..., person_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class RemoveMembersResponse(_message.Message):
    __slots__ = ("seq", "operation")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    OPERATION_FIELD_NUMBER: _ClassVar[int]
    seq: int
    operation: _operation_pb2.Operation
    def __init__(self, seq: _Optional[int] = ..., operation: _Optional[_Union[_operation_pb2.Operation, _Mapping]] = ...) -> None: ...

class ListMembersRequest(_message.Message):
    __slots__ = ("project_id", "actor", "min_seq", "page_size", "page_token", "filter", "order_by")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    MIN_SEQ_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    ORDER_BY_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    actor: str
    min_seq: int
    page_size: int
    page_token: str
    filter: str
    order_by: str
    def __init__(self, project_id: _Optional[str] = ..., actor: _Optional[str] = ..., min_seq: _Optional[int] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., filter: _Optional[str] = ..., order_by: _Optional[str] = ...) -> None: ...

class ListMembersResponse(_message.Message):
    __slots__ = ("members", "next_page_token", "total_size", "total_is_lower_bound")
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    TOTAL_SIZE_FIELD_NUMBER: _ClassVar[int]
    TOTAL_IS_LOWER_BOUND_FIELD_NUMBER: _ClassVar[int]
    members: _containers.RepeatedCompositeFieldContainer[Member]
    next_page_token: str
    total_size: int
    total_is_lower_bound: bool
    def __init__(self, members: _Optional[_Iterable[_Union[Member, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., total_size: _Optional[int] = ..., total_is_lower_bound: bool = ...) -> None: ...
