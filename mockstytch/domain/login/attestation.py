"""Trusted auth tokens: JWTs of another issuer, held against a profile that says whose they are and what their claims
mean.

The attributes that a profile can map are those of the documentation: ``email``, ``token_id``, ``organization_id``,
``external_member_id`` and ``role_ids``.
"""

import re
import reprlib
from collections.abc import Callable
from functools import partial
from typing import Any

from mockstytch import errors, outbound
from mockstytch.domain.shared import emails
from mockstytch.runtime import Context
from mockstytch.store.records.projects import TrustedTokenProfile
from mockstytch.values import Frozen

_ALGORITHMS = [f"{family}{bits}" for family in ("RS", "PS", "ES") for bits in (256, 384, 512)] + ["EdDSA"]
_WHERE_NOT_MAPPED = {"email": "email", "token_id": "jti"}  # the two that are required
_EXTERNAL_ID = r"(?!member-(test|live)-)[A-Za-z0-9._|-]{1,128}"


class VerifiedToken(Frozen):
    """What a good token says.

    Attributes:
        organization_id: the organization's own id or its external id; "" where the token says nothing of it.
    """

    email_address: str
    token_id: str
    organization_id: str = ""
    external_member_id: str = ""
    role_ids: list[str] = []


def get_profile(ctx: Context, profile_id: str) -> TrustedTokenProfile:
    """
    Raises:
        trusted_token_profile_not_found: the project has none with this id.
    """
    for found in ctx.project.settings.trusted_token_profiles:
        if found.profile_id == profile_id:
            return found
    raise errors.trusted_token_profile_not_found(because=f"the project's settings have no profile {profile_id}")


def verify_token(ctx: Context, trusted: TrustedTokenProfile, token: str) -> VerifiedToken:
    """What a token says, once its signature, issuer, audience and times are found good.

    Raises:
        trusted_token_profile_invalid_request: the profile's keys can't be had.
        invalid_trusted_auth_token: the token is not good, or lacks its address or id.
        invalid_token_organization_id_claim: its organization is no id.
        trusted_token_profile_incorrect_external_id_mapping: the member's external id is none.
    """
    claims = _signed(_keys(ctx, trusted, token), token)
    _check(ctx, trusted, claims)
    email_address = _text(_mapped(trusted, claims, "email")).strip().lower()
    token_id = _text(_mapped(trusted, claims, "token_id"))
    role_ids = _mapped(trusted, claims, "role_ids")
    if not emails.is_address(email_address):
        raise _invalid("no e-mail address in the claim that email is mapped to")
    if not token_id:
        raise _invalid("nothing in the claim that token_id is mapped to")
    if role_ids is not None and not (isinstance(role_ids, list) and all(isinstance(r, str) for r in role_ids)):
        raise _invalid("the claim that role_ids is mapped to is not a list of strings")
    organization_id = _mapped(trusted, claims, "organization_id")
    if organization_id is not None and not isinstance(organization_id, str):
        raise errors.invalid_token_organization_id_claim(because="the claim is not a string")
    external_id = _mapped(trusted, claims, "external_member_id")
    if external_id is not None and not re.fullmatch(_EXTERNAL_ID, _text(external_id)):
        raise errors.trusted_token_profile_incorrect_external_id_mapping(because="the claim is no external id")
    return VerifiedToken(
        email_address=email_address,
        token_id=token_id,
        organization_id=organization_id or "",
        external_member_id=_text(external_id),
        role_ids=list(dict.fromkeys(role_ids or [])),
    )


def _invalid(because: str) -> errors.StytchError:
    return errors.invalid_trusted_auth_token(because=because)


def _keys(ctx: Context, trusted: TrustedTokenProfile, token: str) -> list[Callable[[], Any]]:
    """The keys that may have signed the token, each read when it is tried."""
    from jwt import PyJWS
    from jwt.exceptions import PyJWTError

    try:
        kid = PyJWS().get_unverified_header(token).get("kid")
    except (PyJWTError, ValueError):
        raise _invalid("it is no JWT") from None
    if trusted.public_key_type == "PEM":
        if not trusted.pem_files:
            raise errors.trusted_token_profile_invalid_request(because="the profile has no PEM files")
        return [partial(_of_pem, file.public_key) for file in trusted.pem_files]
    if not trusted.jwks_url:
        raise errors.trusted_token_profile_invalid_request(because="the profile has no jwks_url")
    reply = ctx.fetch(outbound.get(trusted.jwks_url))
    jwks = reply.json().get("keys") if reply.ok else None
    if not isinstance(jwks, list):
        why = reply.problem or f"status {reply.status}, no keys"
        raise errors.trusted_token_profile_invalid_request(because=f"{trusted.jwks_url}: {why}")
    fitting = [jwk for jwk in jwks if isinstance(jwk, dict) and kid in (None, jwk.get("kid"))]
    return [partial(_of_jwk, jwk) for jwk in fitting]


def _of_pem(pem: str) -> Any:
    from cryptography.hazmat.primitives.serialization import load_pem_public_key
    from cryptography.x509 import load_pem_x509_certificate

    raw = pem.strip().encode()
    return load_pem_x509_certificate(raw).public_key() if b"CERTIFICATE" in raw else load_pem_public_key(raw)


def _of_jwk(jwk: dict[str, Any]) -> Any:
    from jwt import PyJWK

    return PyJWK(jwk)


def _signed(keys: list[Callable[[], Any]], token: str) -> dict[str, Any]:
    """The claims of a token that one of the keys signed."""
    import msgspec
    from jwt import PyJWS

    problem = "there is none for it"
    jws = PyJWS(options={"enforce_minimum_key_length": True})  # RFC 7518, 3.3; else there would be a warning
    for key in keys:
        try:
            return msgspec.json.decode(jws.decode(token, key(), algorithms=_ALGORITHMS), type=dict[str, Any])
        except Exception as e:  # a stranger's key and token: whatever is wrong, it is not the right pair
            problem = str(e)[:200]
    raise _invalid(f"none of the profile's keys signed it: {problem}")


def _check(ctx: Context, trusted: TrustedTokenProfile, claims: dict[str, Any]) -> None:
    audience, now = claims.get("aud"), ctx.now.timestamp()
    if claims.get("iss") != trusted.issuer:
        raise _invalid(f"iss is {reprlib.repr(claims.get('iss'))}, not {trusted.issuer!r}")
    if trusted.audience not in (audience if isinstance(audience, list) else [audience]):
        raise _invalid(f"aud is {reprlib.repr(audience)}, not {trusted.audience!r}")
    expires_at, not_before = claims.get("exp"), claims.get("nbf", 0)
    if not isinstance(expires_at, int | float) or not isinstance(not_before, int | float):
        raise _invalid("exp and nbf must be times, and exp must be there")
    if expires_at <= now:
        raise _invalid("it has expired, by the project's clock")
    if not_before > now:
        raise _invalid("it is not good yet, by the project's clock")


def _mapped(trusted: TrustedTokenProfile, claims: dict[str, Any], attribute: str) -> Any:
    """The claim that an attribute is mapped to: by its name, or by a path of names with dots between."""
    name = trusted.attribute_mapping.get(attribute, _WHERE_NOT_MAPPED.get(attribute))
    if not isinstance(name, str):
        return None
    if name in claims:
        return claims[name]
    value: Any = claims
    for part in name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _text(value: Any) -> str:
    """A string claim, or a number as one; "" for anything else."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63:
        return str(value)
    return value if isinstance(value, str) else ""
