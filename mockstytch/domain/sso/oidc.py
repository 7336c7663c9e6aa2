"""OpenID Connect as the relying party: exchange a code for tokens, and verify what they state about the user.

See OpenID Connect Core 1.0, sections 3.1.3 (tokens) and 5.3 (user info).
"""

import hmac
from base64 import b64encode
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import msgspec

from mockstytch import errors, outbound
from mockstytch.runtime import Context
from mockstytch.store.records.sso import OidcConnection, SsoAccount, SsoFlow
from mockstytch.values import Frozen

SKEW = timedelta(seconds=60)
# Asymmetric algorithms only: ``none`` proves nothing, and HMAC would use a secret that both sides have.
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
_MAX_KEYS = 50
_MAX_TOKEN_CHARACTERS = 100_000


class Tokens(Frozen):
    """The tokens that a token endpoint returned. A token that is absent is "".

    Attributes:
        expires_at: the end of the access token; None if the provider doesn't send it.
    """

    id_token: str
    access_token: str
    refresh_token: str
    expires_at: datetime | None


def exchange_code(ctx: Context, connection: OidcConnection, flow: SsoFlow, code: str) -> Tokens:
    """Exchange an authorization code for tokens.

    Raises:
        oidc_auth_code_error: if the identity provider doesn't return an access token and an ID token for the code.
    """
    fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": flow.acs_url}
    body, problem = _call_token_endpoint(ctx, connection, fields)
    if problem or not isinstance(body.get("id_token"), str):
        raise errors.oidc_auth_code_error(because=problem or "the token endpoint returned no id_token")
    return _parse_tokens(ctx, body)


def refresh(ctx: Context, connection: OidcConnection, account: SsoAccount) -> SsoAccount:
    """Return the account with a valid access token, refreshed if necessary.

    Raises:
        missing_oidc_refresh_token: if the access token is expired and the identity provider sent no refresh token.
        unable_to_refresh_oidc_token: if the identity provider doesn't return a new access token.
    """
    if account.access_token_expires_at is None or account.access_token_expires_at > ctx.now:
        return account
    if not account.refresh_token:
        raise errors.missing_oidc_refresh_token()
    fields = {"grant_type": "refresh_token", "refresh_token": account.refresh_token}
    body, problem = _call_token_endpoint(ctx, connection, fields)
    if problem:
        raise errors.unable_to_refresh_oidc_token(because=problem)
    tokens = _parse_tokens(ctx, body)
    return ctx.store.update(
        account,
        access_token=tokens.access_token,
        access_token_expires_at=tokens.expires_at,
        refresh_token=tokens.refresh_token or account.refresh_token,
        id_token=tokens.id_token or account.id_token,
    )


def _call_token_endpoint(
    ctx: Context, connection: OidcConnection, fields: dict[str, str]
) -> tuple[dict[str, Any], str]:
    """Return the response of the token endpoint, and the problem if there is one (RFC 6749, sections 2.3.1 and 5)."""
    headers = {"Accept": "application/json"}
    if connection.secret_in_body:
        fields = fields | {"client_id": connection.client_id, "client_secret": connection.client_secret}
    else:
        credentials = f"{quote(connection.client_id, safe='')}:{quote(connection.client_secret, safe='')}"
        headers["Authorization"] = f"Basic {b64encode(credentials.encode()).decode()}"
    response = ctx.fetch(outbound.post_form(connection.token_url, fields, **headers))
    body = response.json()
    if not response.ok or response.problem:
        error = str(body.get("error", ""))[:100]
        return {}, f"the token endpoint: {response.problem or response.status} {error}".strip()
    if not isinstance(body.get("access_token"), str):
        return {}, "the token endpoint returned no access_token"
    return body, ""


def _parse_tokens(ctx: Context, body: dict[str, Any]) -> Tokens:
    seconds = body.get("expires_in")
    is_valid = isinstance(seconds, int | float) and 0 <= seconds < 10**9
    texts = {name: body[name] if isinstance(body.get(name), str) else "" for name in ("id_token", "refresh_token")}
    return Tokens(
        id_token=texts["id_token"],
        access_token=body["access_token"],
        refresh_token=texts["refresh_token"],
        expires_at=ctx.now + timedelta(seconds=float(seconds or 0)) if is_valid else None,
    )


def fetch_claims(ctx: Context, connection: OidcConnection, tokens: Tokens, nonce: str) -> dict[str, Any]:
    """Verify the ID token and return its claims, updated with the userinfo endpoint's claims.

    The keys are fetched each time, so that a rotated key is accepted at once. Also raises what ``verify_id_token``
    raises.

    Raises:
        oidc_invalid_id_token: if the identity provider's keys can't be fetched.
        oidc_invalid_userinfo: if the userinfo endpoint doesn't return a JSON object.
        oidc_response_subject_mismatch: if ID token and user info have different subjects.
    """
    response = ctx.fetch(outbound.get(connection.jwks_url, Accept="application/json"))
    jwks = response.json().get("keys") if response.ok else None
    if not isinstance(jwks, list):
        problem = response.problem or f"status {response.status}"
        raise errors.oidc_invalid_id_token(because=f"jwks_url returned no keys: {problem}")
    claims = verify_id_token(tokens.id_token, jwks, connection, nonce, ctx.now)
    bearer = f"Bearer {tokens.access_token}"
    response = ctx.fetch(outbound.get(connection.userinfo_url, Accept="application/json", Authorization=bearer))
    user_info = response.json()
    if not response.ok or not user_info:
        problem = response.problem or f"status {response.status} without a JSON object"
        raise errors.oidc_invalid_userinfo(because=problem)
    if user_info.get("sub") != claims["sub"]:
        raise errors.oidc_response_subject_mismatch()
    return claims | user_info


def verify_id_token(
    id_token: str, jwks: list[Any], connection: OidcConnection, nonce: str, now: datetime
) -> dict[str, Any]:
    """Verify an ID token and return its claims.

    Args:
        jwks: the identity provider's keys, unchecked.
        nonce: the nonce that was sent with the authorization request.

    Raises:
        oidc_invalid_id_token: if the ID token isn't signed by a key of the identity provider, names another issuer, or
            isn't valid yet.
        id_token_incorrect_audience: if the ID token is for another client.
        id_token_expired: if the ID token is expired.
        id_token_nonce_invalid: if the ID token belongs to another login.
        oidc_response_subject_missing: if the ID token has no subject.
    """
    claims = _verify_signature(id_token, jwks)
    if claims.get("iss") != connection.issuer:
        raise errors.oidc_invalid_id_token(
            because=f"iss is {str(claims.get('iss'))[:200]!r}, not {connection.issuer!r}"
        )
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    client_id = connection.client_id
    if client_id not in audiences or claims.get("azp", client_id) != client_id:
        raise errors.id_token_incorrect_audience(because=f"aud is {str(audience)[:200]}")
    timestamp, skew = now.timestamp(), SKEW.total_seconds()
    if _read_number(claims, "exp", 0.0) <= timestamp - skew:
        raise errors.id_token_expired(because=f"exp is {claims.get('exp')}; it is {int(timestamp)}")
    if max(_read_number(claims, "iat", timestamp * 2), _read_number(claims, "nbf", 0.0)) > timestamp + skew:
        raise errors.oidc_invalid_id_token(
            because=f"iat is {claims.get('iat')}, nbf is {claims.get('nbf')}; it is {int(timestamp)}"
        )
    if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
        raise errors.id_token_nonce_invalid()
    if not isinstance(claims.get("sub"), str) or not claims["sub"]:
        raise errors.oidc_response_subject_missing()
    return claims


def _read_number(claims: dict[str, Any], name: str, default: float) -> float:
    value = claims.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool) or abs(value) > 10**15:
        return default
    return float(value)


def _verify_signature(id_token: str, jwks: list[Any]) -> dict[str, Any]:
    from jwt import PyJWK, PyJWS
    from jwt.exceptions import PyJWTError

    error = errors.oidc_invalid_id_token
    try:
        header = PyJWS().get_unverified_header(id_token if len(id_token) <= _MAX_TOKEN_CHARACTERS else "")
    except (PyJWTError, ValueError, RecursionError) as e:
        raise error(because=f"id_token isn't a JWT: {e}") from None
    alg, kid = header.get("alg"), header.get("kid")
    if alg not in _ALGORITHMS:
        raise error(because=f"the algorithm {str(alg)[:50]!r} isn't supported")
    candidates = [jwk for jwk in jwks[:_MAX_KEYS] if isinstance(jwk, dict) and _matches(jwk, str(alg), kid)]
    problem = f"the provider has no key {str(kid)[:100]!r} for {alg}"
    jws = PyJWS(options={"enforce_minimum_key_length": True})  # RFC 7518, 3.3; the default is a warning
    for jwk in candidates:
        try:
            payload = jws.decode(id_token, PyJWK(jwk, algorithm=alg), algorithms=[str(alg)])
            return msgspec.json.decode(payload, type=dict[str, Any])
        except (PyJWTError, ValueError, TypeError, KeyError, RecursionError) as e:  # try the other keys
            problem = f"none of the provider's keys verifies it: {str(e)[:200]}"
    raise error(because=problem)


def _matches(jwk: dict[str, Any], alg: str, kid: Any) -> bool:
    return (
        jwk.get("use", "sig") == "sig"
        and jwk.get("alg", alg) == alg
        and jwk.get("kty") in ("RSA", "EC", "OKP")
        and (kid is None or jwk.get("kid", kid) == kid)
    )
