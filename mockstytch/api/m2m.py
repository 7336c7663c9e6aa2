"""``m2m.clients``: clients that authenticate as themselves, with an id and a secret."""

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


# This server's own limits of name, description and id: production's aren't known.
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
    """Create a client. The caller can choose the id and the secret. The secret is returned only here."""
    scopes = m2m.validated_scopes(req.scopes)
    if req.client_secret:
        m2m.require_strong_secret(req.client_secret)
    secret = req.client_secret or ctx.ids.token()
    client = M2MClient(
        client_id=req.client_id or ctx.ids.new("m2m_client"),
        client_name=req.client_name,
        client_description=req.client_description,
        scopes=scopes,
        **client_secrets.hash_columns(ctx, secret),
        trusted_metadata=metadata.merge({}, req.trusted_metadata),
        created_at=ctx.now,
        position=position(),
    )
    client = ctx.store.insert(client, client_id=errors.duplicate_m2m_client_id)
    return {"m2m_client": {**wire.m2m_client(client), "client_secret": secret}}


class ClientPath(Request):
    """The M2M client in the path."""

    client_id: ClientRef


@api.get("/v1/m2m/clients/{client_id}")
def get(ctx: Context, req: ClientPath) -> Body:
    """Return a client."""
    return {"m2m_client": wire.m2m_client(m2m.get_client(ctx, req.client_id))}


class Update(Request):
    client_id: ClientRef
    client_name: Maybe[_Name] = UNSET
    client_description: Maybe[_Description] = UNSET
    status: Maybe[_Status] = UNSET
    scopes: Maybe[_Scopes] = UNSET
    trusted_metadata: Maybe[Metadata] = UNSET


@api.put("/v1/m2m/clients/{client_id}")
def update(ctx: Context, req: Update) -> Body:
    """Change the fields that the request contains. An inactive client gets no new tokens; older ones stay valid."""
    client = m2m.get_client(ctx, req.client_id)
    changes = req.changes()
    if "scopes" in changes:
        changes["scopes"] = m2m.validated_scopes(changes["scopes"])
    if "trusted_metadata" in changes:
        changes["trusted_metadata"] = metadata.merge(client.trusted_metadata, changes["trusted_metadata"])
    return {"m2m_client": wire.m2m_client(ctx.store.update(client, **changes))}


@api.delete("/v1/m2m/clients/{client_id}")
def delete(ctx: Context, req: ClientPath) -> Body:
    """Delete a client. Its tokens stay valid until they expire."""
    client = m2m.get_client(ctx, req.client_id)
    ctx.store.delete(client)
    return {"client_id": client.client_id}


class Search(Request):
    cursor: str = ""
    limit: Annotated[int, Meta(ge=0, le=1000), FieldError(errors.user_search_invalid_limit)] = 100
    query: search.Query | None = None


_columns = M2MClient.table.c
_FILTERS = {
    "client_id": lambda values: queries.one_of(_columns.client_id, values),
    "client_name": lambda values: queries.one_of(_columns.client_name, values),
    "scopes": lambda values: queries.list_has_any(_columns.scopes, values),
}


@api.post("/v1/m2m/clients/search")
def search_(ctx: Context, req: Search) -> Body:
    """Return clients that match the query, newest first. Filters are id, exact name and scope.

    Raises:
        user_search_invalid_operator: if the operator isn't AND or OR.
    """
    select = ctx.store.query(M2MClient)
    condition = search.combine(req.query or search.Query(), _clause)
    if condition is not None:
        select = select.where(condition)
    clients, results_metadata = search.page(ctx, M2MClient, select, req.cursor, req.limit or 100)
    return {"m2m_clients": [wire.m2m_client(client) for client in clients], "results_metadata": results_metadata}


def _clause(operand: dict[str, Any]) -> queries.Condition:
    """Return the condition of an operand.

    Raises:
        m2m_search_missing_filter_name: if an operand has no filter_name.
        m2m_search_filter_name_must_be_string: if a filter_name isn't a string.
        m2m_search_filter_name_not_recognized: if a filter with this name doesn't exist.
        m2m_search_missing_filter_value: if an operand has no filter_value, or an empty list.
        m2m_search_expected_array_of_strings: if a filter_value isn't a list of strings.
    """
    name, values = operand.get("filter_name"), operand.get("filter_value")
    if name is None or name == "":
        raise errors.m2m_search_missing_filter_name()
    if not isinstance(name, str):
        raise errors.m2m_search_filter_name_must_be_string()
    if name not in _FILTERS:
        raise errors.m2m_search_filter_name_not_recognized(because=f"no filter {name}")
    if values is None or values == []:
        raise errors.m2m_search_missing_filter_value(because=name)
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise errors.m2m_search_expected_array_of_strings(because=name)
    return _FILTERS[name](values)


@api.post("/v1/m2m/clients/{client_id}/secrets/rotate/start")
def rotate_start(ctx: Context, req: ClientPath) -> Body:
    """Add a next secret, which is returned only here. Until the rotation ends, both secrets work."""
    client = m2m.get_client(ctx, req.client_id)
    client, secret = client_secrets.start_rotation(ctx, client, errors.m2m_client_already_rotating_secret())
    return {"m2m_client": {**wire.m2m_client(client), "next_client_secret": secret}}


@api.post("/v1/m2m/clients/{client_id}/secrets/rotate/cancel")
def rotate_cancel(ctx: Context, req: ClientPath) -> Body:
    """Discard the next secret."""
    client = m2m.get_client(ctx, req.client_id)
    client = client_secrets.cancel_rotation(ctx, client, errors.m2m_client_not_rotating_secret())
    return {"m2m_client": wire.m2m_client(client)}


@api.post("/v1/m2m/clients/{client_id}/secrets/rotate")
def rotate(ctx: Context, req: ClientPath) -> Body:
    """Complete the rotation: from now on only the next secret works."""
    client = m2m.get_client(ctx, req.client_id)
    client = client_secrets.complete_rotation(ctx, client, errors.m2m_client_not_rotating_secret())
    return {"m2m_client": wire.m2m_client(client)}
