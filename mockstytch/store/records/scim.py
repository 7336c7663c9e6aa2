"""SCIM connections, and the users and groups that a directory provisioned."""

from datetime import datetime
from typing import Annotated, Any

from mockstytch.store.record import ForeignKey, GlobalIndex, Index, PrimaryKey, Record, Unique, table
from mockstytch.store.records.members import Member
from mockstytch.store.records.organizations import GroupRole, OrganizationKey


@table("scim_connections", Unique("organization_id"), GlobalIndex("connection_id"))
class ScimConnection(Record):
    """A connection of a directory to an organization, which has at most one.

    Attributes:
        next_bearer_token: the second valid token during a rotation, or "".
        own_token: the bearer token that ``scim_push`` uses. The API never returns it.
        group_roles: the roles that membership of a SCIM group implies.
    """

    connection_id: PrimaryKey
    organization_id: OrganizationKey
    display_name: str = ""
    identity_provider: str = "generic"
    bearer_token: str
    bearer_token_expires_at: datetime
    next_bearer_token: str = ""
    next_bearer_token_expires_at: datetime | None = None
    own_token: str
    group_roles: list[GroupRole] = []
    created_at: datetime


ConnectionKey = Annotated[str, ForeignKey(ScimConnection)]


@table("scim_users", Unique("connection_id", "user_name_key"), Index("connection_id", "position"))
class ScimUser(Record):
    """A user of a directory. Its SCIM ``id`` is the member's id.

    Attributes:
        user_name_key: the ``userName`` in lower case, because SCIM ignores its case.
        attributes: the resource as JSON, without the derived ``id``, ``meta`` and ``groups``. It stores only
            whether ``active`` was set: the value is derived from the member's status.
    """

    member_id: Annotated[PrimaryKey, ForeignKey(Member)]
    connection_id: ConnectionKey
    user_name_key: str
    attributes: dict[str, Any]
    created_at: datetime
    updated_at: datetime
    position: int


@table("scim_groups", Index("connection_id", "position"))
class ScimGroup(Record):
    """A group of a directory."""

    group_id: PrimaryKey
    connection_id: ConnectionKey
    organization_id: str
    group_name: str
    external_id: str = ""
    created_at: datetime
    updated_at: datetime
    position: int


@table("scim_memberships")
class ScimMembership(Record):
    """The membership of a user in a group."""

    group_id: Annotated[PrimaryKey, ForeignKey(ScimGroup)]
    member_id: Annotated[PrimaryKey, ForeignKey(ScimUser)]
