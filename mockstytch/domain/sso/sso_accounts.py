"""A user's account at an identity provider, read from a SAML response or from OpenID Connect claims."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import msgspec

from mockstytch import errors, wire
from mockstytch.domain.shared import emails
from mockstytch.protocols.saml import saml_response
from mockstytch.runtime import Context
from mockstytch.store.records.sso import OidcConnection, SamlAssertion, SamlConnection, SsoAccount, SsoFlow

_TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
# The keys of an attribute mapping that name a field. Any other key is copied to the member's trusted metadata.
_FIELDS = ("email", "full_name", "first_name", "last_name", "groups", "idp_user_id")
_DEFAULT_CLAIMS = {
    "email": "email",
    "full_name": "name",
    "first_name": "given_name",
    "last_name": "family_name",
    "idp_user_id": "sub",
}
# Claims about the token, not about the user.
_TOKEN_CLAIMS = frozenset(
    ("iss", "aud", "exp", "iat", "nbf", "nonce", "at_hash", "c_hash", "azp", "auth_time", "jti", "sid", "acr", "amr")
)
_DELETED_AT_ONCE = 100  # expired assertions that one login deletes


def account_from_saml(ctx: Context, connection: SamlConnection, flow: SsoFlow | None, response: str) -> SsoAccount:
    """Verify a SAML response and return the account of its assertion. An assertion can be used once.

    Also raises what ``saml_response.verify`` raises.

    Args:
        flow: the flow that the response finishes; None if the identity provider started the login.
        response: the response in base64.

    Raises:
        duplicate_saml_response: if the assertion was used before.
        invalid_saml_response_email: if the mapped attribute isn't an e-mail address.
    """
    assertion = saml_response.verify(response, _expected_response(ctx, connection, flow))
    _use_assertion(ctx, connection, assertion)
    mapping, attributes = connection.attribute_mapping, assertion.attributes

    def value(key: str) -> str:
        name = mapping.get(key, "")
        return assertion.name_id if name.lower() == "nameid" else (attributes.get(name) or [""])[0]

    email = value("email").strip().lower()
    if not emails.is_address(email):
        raise errors.invalid_saml_response_email(because=f"{mapping.get('email')} is {email[:100]!r}")
    name_id = email if assertion.name_id_format == _TRANSIENT else assertion.name_id
    return SsoAccount(
        account_key="",
        connection_id=connection.connection_id,
        external_id=value("idp_user_id") or name_id or email,
        email_address=email,
        name=value("full_name") or f"{value('first_name')} {value('last_name')}".strip(),
        groups=attributes.get(mapping.get("groups", ""), []),
        attributes={name: _one_or_list(values) for name, values in attributes.items()},
        trusted_metadata={
            key: _one_or_list(attributes[name]) for key, name in _metadata_keys(mapping) if name in attributes
        },
    )


def _expected_response(
    ctx: Context, connection: SamlConnection, flow: SsoFlow | None
) -> saml_response.ExpectedResponse:
    callback_url = wire.sso_callback_url(ctx.base_url, connection.connection_id)
    acs_url = flow.acs_url if flow else callback_url
    acs_urls = tuple(filter(None, {callback_url, acs_url, connection.alternative_acs_url}))
    return saml_response.ExpectedResponse(
        acs_urls=acs_urls,
        audiences=tuple(filter(None, {*acs_urls, connection.alternative_audience_uri})),
        idp_entity_id=connection.idp_entity_id,
        certificates=tuple(certificate.certificate for certificate in connection.verification_certificates),
        decryption_keys=tuple(key.private_key for key in connection.encryption_private_keys),
        now=ctx.now,
        in_response_to=flow.request_id if flow else None,
    )


def _use_assertion(ctx: Context, connection: SamlConnection, assertion: saml_response.Assertion) -> None:
    """Store the id of an assertion until the assertion expires, so that a replay is refused."""
    columns = SamlAssertion.table.c
    expired = ctx.store.query(SamlAssertion).where(columns.expires_at <= ctx.now).limit(_DELETED_AT_ONCE)
    for row in ctx.store.rows(SamlAssertion, expired):
        ctx.store.delete(row)
    used = SamlAssertion(
        assertion_key=f"{connection.connection_id}:{assertion.assertion_id}", expires_at=assertion.not_on_or_after
    )
    replayed = partial(errors.duplicate_saml_response, because="the assertion was used before")
    ctx.store.insert(used, assertion_key=replayed)


def _one_or_list(values: list[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else values


def _metadata_keys(mapping: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the keys of a mapping that aren't fields of the account, each with the attribute that it is mapped to."""
    return ((key, name) for key, name in mapping.items() if key not in _FIELDS)


def account_from_claims(connection: OidcConnection, claims: dict[str, Any]) -> SsoAccount:
    """Return the account that the claims of an ID token and of the userinfo endpoint describe.

    Raises:
        oidc_response_email_missing: if the mapped claim isn't an e-mail address.
        oidc_response_unverified_email: if the claim ``email_verified`` is false.
    """
    mapping = _DEFAULT_CLAIMS | connection.attribute_mapping

    def value(key: str) -> str:
        claim = claims.get(mapping[key])
        return claim.strip() if isinstance(claim, str) else ""

    email = value("email").lower()
    if not emails.is_address(email):
        raise errors.oidc_response_email_missing(because=f"{mapping['email']} is {email[:100]!r}")
    if claims.get("email_verified") in (False, "false"):
        raise errors.oidc_response_unverified_email()
    groups = claims.get(mapping.get("groups", ""))
    return SsoAccount(
        account_key="",
        connection_id=connection.connection_id,
        external_id=value("idp_user_id") or str(claims["sub"]),
        email_address=email,
        name=value("full_name") or f"{value('first_name')} {value('last_name')}".strip(),
        groups=[group for group in groups if isinstance(group, str)] if isinstance(groups, list) else [],
        attributes={name: claim for name, claim in claims.items() if name not in _TOKEN_CLAIMS},
        trusted_metadata={
            key: claims[name] for key, name in _metadata_keys(connection.attribute_mapping) if name in claims
        },
    )


def save_account(ctx: Context, account: SsoAccount) -> SsoAccount:
    """Store an account as of this login. A provider that sends no refresh token keeps the earlier one valid."""
    key = f"{account.connection_id}:{account.external_id}"
    account = msgspec.structs.replace(account, account_key=key)
    stored = ctx.store.find(SsoAccount, account_key=key)
    if stored is None and (inserted := ctx.store.insert_or_ignore(account)):
        return inserted
    stored = stored or ctx.store.get(SsoAccount, account_key=key)
    refresh_token = account.refresh_token or stored.refresh_token
    return ctx.store.update(stored, **msgspec.structs.asdict(account) | {"refresh_token": refresh_token})
