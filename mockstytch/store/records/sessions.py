"""Sessions, intermediate sessions, and their authentication factors."""

from datetime import datetime
from typing import Any

from mockstytch.store.record import PrimaryKey, Record, Unique, table
from mockstytch.store.records.members import MemberKey
from mockstytch.store.records.organizations import OrganizationKey
from mockstytch.values import Frozen


class Factor(Frozen):
    """An authentication factor that a member used. It isn't a row: sessions store factors in a JSON column.

    Attributes:
        detail: the factor's object in the API with its key, ``{"email_factor": {…}}``; empty if it has none.
        proves_email: the address that the factor verified at its last use, or "".
        tenant_ids: the workspaces of the account at an OAuth provider.
    """

    type: str
    delivery_method: str
    detail: dict[str, dict[str, Any]] = {}
    proves_email: str = ""
    tenant_ids: list[str] = []
    created_at: datetime
    updated_at: datetime
    last_authenticated_at: datetime


@table("member_sessions", Unique("session_token"))
class MemberSession(Record):
    """A session of a member."""

    member_session_id: PrimaryKey
    organization_id: OrganizationKey
    member_id: MemberKey
    session_token: str
    authentication_factors: list[Factor] = []
    custom_claims: dict[str, Any] = {}
    started_at: datetime
    last_accessed_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None


@table("intermediate_sessions")
class IntermediateSession(Record):
    """The factors of a login that isn't complete.

    Attributes:
        organization_id, member_id: set if the login began in an organization; None in discovery.
    """

    intermediate_session_token: PrimaryKey
    email_address: str
    organization_id: str | None = None
    member_id: str | None = None
    authentication_factors: list[Factor] = []
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
