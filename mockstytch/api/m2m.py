"""``m2m.clients``: machines that log in with an id and a secret."""

from typing import Annotated, Any

from msgspec import Meta

from mockstytch import errors, wire
from mockstytch.clock import position
from mockstytch.domain.oauth_server import client_secrets, m2m
from mockstytch.domain.shared import metadata, search
from mockstytch.runtime import Context
from mockstytch.store import queries
from mockstytch.store.records.oauth_server import M2MClient
from mockstytch.surfaces.endpoint import Body, Endpoints, Request
from mockstytch.surfaces.fields import UNSET, CaseInsensitiveEnum, FieldError, Maybe, Metadata

api = Endpoints()


class Status(CaseInsensitiveEnum):
    ACTIVE = "active"
    INACTIVE = "inactive"


# the limits of name, description and id are ours: production's aren't known
_Name = Annotated[str, Meta(max_length=256), FieldError(errors.m2m_client_invalid_client_name)]
_Description = Annotated[str, Meta(max_length=2048), FieldError(errors.m2m_client_invalid_client_description)]
_Id = Annotated[str, Meta(pattern=r"\A[A-Za-z0-9._~@|-]{0,128}\Z"), FieldError(errors.m2m_client_invalid_client_id)]
_Secret = Annotated[str, Meta(max_length=512), FieldError(errors.m2m_client_invalid_client_secret)]
_Status = Annotated[Status, FieldError(errors.m2m_client_invalid_status)]
_Scopes = Annotated[list[str], FieldError(errors.invalid_m2m_client_scope)]
ClientRef = Annotated[str, Meta(min_length=1), FieldError(errors.m2m_client_not_found)]


class Create(Request):
    scopes: _Scopes
    client_id: _Id = ""
    client_secret: _Secret = ""
    client_name: _Name = ""
    client_description: _Description = ""
    trusted_metadata: Metadata = {}


@api.post("/v1/m2m/clients")
def create(ctx: Context, req: Create) -> Body:
    """Create a client, or bring one along with its id and secret. The secret is shown here, and never again."""
    scopes = m2m.checked_scopes(req.scopes)
    if req.client_secret:
        m2m.check_secret(req.client_secret)
    secret = req.client_secret or ctx.ids.token()
    made = M2MClient(
        client_id=req.client_id or ctx.ids.new("m2m_client"),
        client_name=req.client_name,
        client_description=req.client_description,
        scopes=scopes,
        **client_secrets.hash_columns(ctx, secret),
        trusted_metadata=metadata.merge({}, req.trusted_metadata),
        created_at=ctx.now,
        position=position(),
    )
    client = ctx.store.insert(made, client_id=errors.duplicate_m2m_client_id())
    return {"m2m_client": {**wire.m2m_client(client), "client_secret": secret}}


class Named(Request):
    client_id: ClientRef


@api.get("/v1/m2m/clients/{client_id}")
def get(ctx: Context, req: Named) -> Body:
    return {"m2m_client": wire.m2m_client(m2m.client(ctx, req.client_id))}


class Update(Request):
    client_id: ClientRef
    client_name: Maybe[_Name] = UNSET
    client_description: Maybe[_Description] = UNSET
    status: Maybe[_Status] = UNSET
    scopes: Maybe[_Scopes] = UNSET
    trusted_metadata: Maybe[Metadata] = UNSET


@api.put("/v1/m2m/clients/{client_id}")
def update(ctx: Context, req: Update) -> Body:
    """Change what is sent. An inactive client gets no new tokens; those that it has stay good until they expire."""
    client = m2m.client(ctx, req.client_id)
    changes = req.changes()
    if "scopes" in changes:
        changes["scopes"] = m2m.checked_scopes(changes["scopes"])
    if "trusted_metadata" in changes:
        changes["trusted_metadata"] = metadata.merge(client.trusted_metadata, changes["trusted_metadata"])
    return {"m2m_client": wire.m2m_client(ctx.store.update(client, **changes))}


@api.delete("/v1/m2m/clients/{client_id}")
def delete(ctx: Context, req: Named) -> Body:
    """Delete a client. Tokens that it has stay good until they expire."""
    client = m2m.client(ctx, req.client_id)
    ctx.store.delete(client)
    return {"client_id": client.client_id}


class Search(Request):
    cursor: str = ""
    limit: Annotated[int, Meta(ge=0, le=1000), FieldError(errors.user_search_invalid_limit)] = 100
    query: search.Query | None = None


_columns = M2MClient.table.c
_WANTED = {
    "client_id": lambda values: queries.one_of(_columns.client_id, values),
    "client_name": lambda values: queries.one_of(_columns.client_name, values),
    "scopes": lambda values: queries.list_has_any(_columns.scopes, values),
}


@api.post("/v1/m2m/clients/search")
def search_(ctx: Context, req: Search) -> Body:
    """Clients by id, exact name or scope, newest first."""
    found = ctx.store.query(M2MClient)
    condition = search.combine(req.query or search.Query(), _clause)
    if condition is not None:
        found = found.where(condition)
    rows, about = search.page(ctx, M2MClient, found, req.cursor, req.limit or 100)
    return {"m2m_clients": [wire.m2m_client(client) for client in rows], "results_metadata": about}


def _clause(operand: Any) -> queries.Condition:
    if not isinstance(operand, dict):
        raise errors.bad_request(because="an operand is not an object")
    name, values = operand.get("filter_name"), operand.get("filter_value")
    if name is None or name == "":
        raise errors.m2m_search_missing_filter_name()
    if not isinstance(name, str):
        raise errors.m2m_search_filter_name_must_be_string()
    if name not in _WANTED:
        raise errors.m2m_search_filter_name_not_recognized(because=f"no filter {name}")
    if values is None or values == []:
        raise errors.m2m_search_missing_filter_value(because=name)
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise errors.m2m_search_expected_array_of_strings(because=name)
    return _WANTED[name](values)


@api.post("/v1/m2m/clients/{client_id}/secrets/rotate/start")
def rotate_start(ctx: Context, req: Named) -> Body:
    """Give a client a next secret, shown only here. Until the rotation ends, both secrets work."""
    client = m2m.client(ctx, req.client_id)
    client, secret = client_secrets.start_rotation(ctx, client, errors.m2m_client_already_rotating_secret())
    return {"m2m_client": {**wire.m2m_client(client), "next_client_secret": secret}}


@api.post("/v1/m2m/clients/{client_id}/secrets/rotate/cancel")
def rotate_cancel(ctx: Context, req: Named) -> Body:
    """Give the rotation up: the next secret works no more."""
    client = m2m.client(ctx, req.client_id)
    client = client_secrets.end_rotation(ctx, client, errors.m2m_client_not_rotating_secret(), complete=False)
    return {"m2m_client": wire.m2m_client(client)}


@api.post("/v1/m2m/clients/{client_id}/secrets/rotate")
def rotate(ctx: Context, req: Named) -> Body:
    """Complete the rotation: the next secret is the only one."""
    client = m2m.client(ctx, req.client_id)
    client = client_secrets.end_rotation(ctx, client, errors.m2m_client_not_rotating_secret(), complete=True)
    return {"m2m_client": wire.m2m_client(client)}
