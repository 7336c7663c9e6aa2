"""M2M clients: found, checked, given tokens."""

import re
from collections.abc import Iterable
from typing import Any

from mockstytch import errors, wire
from mockstytch.domain.credentials import passwords
from mockstytch.domain.sessions import jwt, jwt_templates
from mockstytch.runtime import Context
from mockstytch.store.records.oauth_server import M2MClient

TOKEN_SECONDS = 3600
MOST_SCOPES = 256
_SHORTEST_SECRET = 8
_SCOPE = r"[\x21\x23-\x5b\x5d-\x7e]+"  # RFC 6749, 3.3


def client(ctx: Context, client_id: str) -> M2MClient:
    """
    Raises:
        m2m_client_not_found: there is none with this id.
    """
    found = ctx.store.find(M2MClient, client_id=client_id)
    if found is None:
        raise errors.m2m_client_not_found(because=f"no M2M client has the id {client_id}")
    return found


def checked_scopes(scopes: Iterable[str]) -> list[str]:
    """The scopes, each once.

    Raises:
        invalid_m2m_client_scope: one is empty, or has characters that OAuth doesn't allow in a scope.
        too_many_m2m_client_scopes: there are more than 256.
    """
    result = list(dict.fromkeys(scopes))
    for scope in result:
        if not re.fullmatch(_SCOPE, scope):
            raise errors.invalid_m2m_client_scope(because=f"{scope!r} is no scope")
    if len(result) > MOST_SCOPES:
        raise errors.too_many_m2m_client_scopes(because=f"{len(result)} scopes")
    return result


def check_secret(secret: str) -> None:
    """A secret of the caller's own.

    Raises:
        m2m_client_invalid_client_secret: shorter than 8 characters.
        insecure_m2m_client_secret: easy to guess, by the measure that passwords are held to.
    """
    if len(secret) < _SHORTEST_SECRET:
        raise errors.m2m_client_invalid_client_secret()
    if passwords.zxcvbn(secret)["score"] < 3:
        raise errors.insecure_m2m_client_secret()


def token(ctx: Context, client: M2MClient, scope: str) -> dict[str, Any]:
    """An access token, as the token endpoint answers it (RFC 6749, 4.4).

    Args:
        scope: what is asked for, separated by spaces; "" takes all that the client has.

    Raises:
        unauthorized_client: the client is inactive.
        invalid_scope: a scope that the client doesn't have.
    """
    if client.status != "active":
        raise errors.unauthorized_client(because="the client is inactive")
    asked = list(dict.fromkeys(scope.split())) or client.scopes
    missing = [name for name in asked if name not in client.scopes]
    if missing:
        raise errors.invalid_scope(because=f"not assigned to the client: {' '.join(missing)}")
    template = next((t for t in ctx.project.settings.jwt_templates if t.template_type == "M2M"), None)
    own = jwt_templates.render(template.template_content, {"client": wire.m2m_client(client)}) if template else {}
    audience = [template.custom_audience] if template and template.custom_audience else []
    issued = int(ctx.now.timestamp())
    claims = {
        **own,
        "aud": [ctx.project.project_id, *audience],
        "exp": issued + TOKEN_SECONDS,
        "iat": issued,
        "iss": f"stytch.com/{ctx.project.project_id}",
        "nbf": issued,
        "scope": " ".join(asked),
        "sub": client.client_id,
    }
    return {"access_token": jwt.sign(ctx, claims), "token_type": "bearer", "expires_in": TOKEN_SECONDS}
