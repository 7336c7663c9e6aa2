"""Sessions, intermediate sessions, and the factors both are made of."""

from datetime import datetime
from typing import Any

from mockstytch.store.record import PrimaryKey, Record, Unique, table
from mockstytch.store.records.members import MemberKey
from mockstytch.store.records.organizations import OrganizationKey
from mockstytch.values import Frozen


class Factor(Frozen):
    """How somebody proved who they are. Not a row: it lives inside a JSON column.

    Attributes:
        detail: the wire object that goes with it, by its wire name: ``{"email_factor": {…}}``; empty where none does.
        proves_email: the address that this factor proved, as of its last use, or "".
        tenant_ids: the workspaces at an OAuth provider that it belongs to.
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
    """A bag of proven factors that is not a session yet.

    ``organization_id`` and ``member_id`` are those of the flow that it comes from; a discovery flow has none.
    """

    intermediate_session_token: PrimaryKey
    email_address: str
    organization_id: str | None = None
    member_id: str | None = None
    authentication_factors: list[Factor] = []
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
