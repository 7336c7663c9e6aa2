"""SCIM connections, and the users and groups that a directory put there."""

from datetime import datetime
from typing import Annotated, Any

from mockstytch.store.record import ForeignKey, GlobalIndex, Index, PrimaryKey, Record, Unique, table
from mockstytch.store.records.members import Member
from mockstytch.store.records.organizations import GroupRole, OrganizationKey


@table("scim_connections", Unique("organization_id"), GlobalIndex("connection_id"))
class ScimConnection(Record):
    """A directory's way into an organization; at most one of each organization's. Deleting it deletes the row.

    ``own_token`` is what this server itself calls with where it plays the directory; nobody is ever told it.
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
    """A user as the directory describes it; its SCIM ``id`` is the member's.

    ``user_name_key`` is the ``userName`` in lower case: SCIM tells no case apart in it.
    ``attributes`` is the resource as JSON, without what is derived: ``id``, ``meta``, ``groups``. Of ``active`` it
    holds whether it is assigned; whether somebody is active, the member's status says.
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
    """A group of the directory's."""

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
    """A user is in a group."""

    group_id: Annotated[PrimaryKey, ForeignKey(ScimGroup)]
    member_id: Annotated[PrimaryKey, ForeignKey(ScimUser)]
