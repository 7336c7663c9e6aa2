"""M2M clients: lookup, scopes, checks of chosen secrets, and access tokens."""

import re
from collections.abc import Iterable
from typing import Any

from mockstytch import errors, wire
from mockstytch.domain.credentials import passwords
from mockstytch.domain.oauth_server.authorization import issuer
from mockstytch.domain.sessions import jwt, jwt_templates
from mockstytch.runtime import Context
from mockstytch.store.records.oauth_server import M2MClient

TOKEN_SECONDS = 3600
MAX_SCOPES = 256
_MIN_SECRET_LENGTH = 8
_SCOPE = r"[\x21\x23-\x5b\x5d-\x7e]+"  # RFC 6749, 3.3


def get_client(ctx: Context, client_id: str) -> M2MClient:
    """Return the client with this id.

    Raises:
        m2m_client_not_found: if an M2M client with this id doesn't exist.
    """
    client = ctx.store.find(M2MClient, client_id=client_id)
    if client is None:
        raise errors.m2m_client_not_found(because=f"no M2M client has the id {client_id}")
    return client


def validated_scopes(scopes: Iterable[str]) -> list[str]:
    """Return the scopes without duplicates.

    Raises:
        invalid_m2m_client_scope: if a scope is empty, or has a character that OAuth doesn't allow in a scope.
        too_many_m2m_client_scopes: if there are more than 256 scopes.
    """
    unique = list(dict.fromkeys(scopes))
    for scope in unique:
        if not re.fullmatch(_SCOPE, scope):
            raise errors.invalid_m2m_client_scope(because=f"{scope!r} isn't a valid scope")
    if len(unique) > MAX_SCOPES:
        raise errors.too_many_m2m_client_scopes(because=f"{len(unique)} scopes")
    return unique


def require_strong_secret(secret: str) -> None:
    """Check a secret that the caller chose.

    Raises:
        m2m_client_invalid_client_secret: if the client secret has fewer than 8 characters.
        insecure_m2m_client_secret: if the client secret is as easy to guess as a weak password.
    """
    if len(secret) < _MIN_SECRET_LENGTH:
        raise errors.m2m_client_invalid_client_secret()
    if passwords.zxcvbn(secret)["score"] < 3:
        raise errors.insecure_m2m_client_secret()


def issue_token(ctx: Context, client: M2MClient, scope: str) -> dict[str, Any]:
    """Return the token endpoint's response to a client_credentials grant (RFC 6749, 4.4).

    Args:
        scope: the requested scopes, separated by spaces; "" requests all scopes of the client.

    Raises:
        unauthorized_client: if the M2M client is inactive.
        invalid_scope: if the M2M client doesn't have a requested scope.
    """
    if client.status != "active":
        raise errors.unauthorized_client(because="the client is inactive")
    requested = list(dict.fromkeys(scope.split())) or client.scopes
    missing = [name for name in requested if name not in client.scopes]
    if missing:
        raise errors.invalid_scope(because=f"not assigned to the client: {' '.join(missing)}")
    template = jwt_templates.find_template(ctx, "M2M")
    values = {"client": wire.m2m_client(client)}
    custom_claims = jwt_templates.render(template.template_content, values) if template else {}
    custom_audience = [template.custom_audience] if template and template.custom_audience else []
    issued_at = int(ctx.now.timestamp())
    claims = {
        **custom_claims,
        "aud": [ctx.project.project_id, *custom_audience],
        "exp": issued_at + TOKEN_SECONDS,
        "iat": issued_at,
        "iss": issuer(ctx),
        "nbf": issued_at,
        "scope": " ".join(requested),
        "sub": client.client_id,
    }
    return {"access_token": jwt.sign(ctx, claims), "token_type": "bearer", "expires_in": TOKEN_SECONDS}
