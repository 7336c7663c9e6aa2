"""SSO: to an organization's identity provider, and back with somebody; what that makes of a member."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import msgspec

from mockstytch import errors, keys, wire
from mockstytch.domain.credentials import one_time_tokens
from mockstytch.domain.organizations import organization_settings, provisioning
from mockstytch.domain.shared import emails, lookup, member_events, metadata, redirects, single_use
from mockstytch.domain.sso.sso_connections import Connection, IdpConnection
from mockstytch.protocols.saml import service_provider
from mockstytch.runtime import Context
from mockstytch.store.records.members import Member, SsoLink
from mockstytch.store.records.messages import OneTimeToken
from mockstytch.store.records.organizations import Organization
from mockstytch.store.records.sessions import Factor
from mockstytch.store.records.sso import OidcConnection, Protocol, SamlAssertion, SamlConnection, SsoAccount, SsoFlow
from mockstytch.store.records.sso import SsoRegistration as Registration

_FLOW_MINUTES = 60
_TOKEN_MINUTES = 10
_SCOPES = "openid email profile"
_TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
# What the keys of an attribute mapping mean; any other one is a key of the member's trusted metadata.
_KNOWN = ("email", "full_name", "first_name", "last_name", "groups", "idp_user_id")
_OIDC_NAMES = {
    "email": "email",
    "full_name": "name",
    "first_name": "given_name",
    "last_name": "family_name",
    "idp_user_id": "sub",
}
# Claims that say something of the token, and nothing of the person.
_OF_THE_TOKEN = set("iss aud exp iat nbf nonce at_hash c_hash azp auth_time jti sid acr amr".split())  # noqa: SIM905 · read as one


def start_flow(
    ctx: Context, connection: Connection, idp: IdpConnection, urls: tuple[str, str], challenge: str, scopes: list[str]
) -> SsoFlow:
    """A way to an identity provider, for an hour.

    Args:
        urls: where members land, and where those land who aren't yet.
        scopes: OIDC scopes beside the connection's.
    """
    wanted = (idp.custom_scopes or _SCOPES).split() if isinstance(idp, OidcConnection) else []
    here = wire.sso_callback_url(ctx.base_url, idp.connection_id)
    return ctx.store.insert(
        SsoFlow(
            state=ctx.ids.token(),
            connection_id=connection.connection_id,
            idp_connection_id=idp.connection_id,
            organization_id=connection.organization_id,
            login_url=urls[0],
            signup_url=urls[1],
            pkce_code_challenge=challenge,
            request_id=f"_{ctx.ids.uuid()}",
            acs_url=(idp.alternative_acs_url or here) if isinstance(idp, SamlConnection) else here,
            scopes=list(dict.fromkeys([*wanted, *scopes])) if wanted else [],
            expires_at=ctx.now + timedelta(minutes=_FLOW_MINUTES),
        )
    )


def authorization_url(ctx: Context, idp: IdpConnection, flow: SsoFlow, login_hint: str) -> str:
    """The identity provider's URL to which a browser is sent."""
    if isinstance(idp, OidcConnection):
        asked = {
            "client_id": idp.client_id,
            "nonce": flow.request_id,
            "redirect_uri": flow.acs_url,
            "response_type": "code",
            "scope": " ".join(flow.scopes),
            "state": flow.state,
        }
        asked |= {"login_hint": login_hint} if login_hint else {}
        return f"{idp.authorization_url}{'&' if '?' in idp.authorization_url else '?'}{urlencode(asked)}"
    request = service_provider.authn_request(
        request_id=flow.request_id,
        issuer=wire.sso_callback_url(ctx.base_url, idp.connection_id),
        acs_url=flow.acs_url,
        destination=idp.idp_sso_url,
        nameid_format=idp.nameid_format,
        now=ctx.now,
    )
    key = idp.signing_private_key or keys.built_in_private_key()
    return service_provider.redirect_url(idp.idp_sso_url, request, flow.state, key)


def account_from_saml(ctx: Context, idp: SamlConnection, flow: SsoFlow | None, response: str) -> SsoAccount:
    """Who a SAML response vouches for. It is taken once.

    Args:
        flow: what it answers; None where the login began at the identity provider.

    Raises:
        …_saml_response: see ``saml.read``.
        duplicate_saml_response: it was taken before.
        invalid_saml_response_email: there is no address where the mapping looks for it.
    """
    here = wire.sso_callback_url(ctx.base_url, idp.connection_id)
    addressed = tuple(filter(None, {here, flow.acs_url if flow else here, idp.alternative_acs_url}))
    expected = service_provider.Expected(
        acs_urls=addressed,
        audiences=tuple(filter(None, {*addressed, idp.alternative_audience_uri})),
        idp_entity_id=idp.idp_entity_id,
        certificates=tuple(one.certificate for one in idp.verification_certificates),
        decryption_keys=tuple(one.private_key for one in idp.encryption_private_keys),
        now=ctx.now,
        in_response_to=flow.request_id if flow else None,
    )
    assertion = service_provider.read(response, expected)
    _remember(ctx, f"{idp.connection_id}:{assertion.assertion_id}", assertion)
    mapping, said = idp.attribute_mapping, assertion.attributes

    def value(key: str) -> str:
        name = mapping.get(key, "")
        return assertion.name_id if name.lower() == "nameid" else (said.get(name) or [""])[0]

    email = value("email").strip().lower()
    if not emails.is_address(email):
        raise errors.invalid_saml_response_email(because=f"{mapping.get('email')} is {email[:100]!r}")
    named = email if assertion.name_id_format == _TRANSIENT else assertion.name_id
    return SsoAccount(
        account_key="",
        connection_id=idp.connection_id,
        external_id=value("idp_user_id") or named or email,
        email_address=email,
        name=value("full_name") or f"{value('first_name')} {value('last_name')}".strip(),
        groups=said.get(mapping.get("groups", ""), []),
        attributes={name: _plain(values) for name, values in said.items()},
        trusted_metadata={k: _plain(said[name]) for k, name in _extras(mapping) if name in said},
    )


def _remember(ctx: Context, key: str, assertion: service_provider.Assertion) -> None:
    columns = SamlAssertion.table.c
    over = ctx.store.query(SamlAssertion).where(columns.expires_at <= ctx.now).limit(100)
    for row in ctx.store.rows(SamlAssertion, over):
        ctx.store.delete(row)
    taken = SamlAssertion(assertion_key=key, expires_at=assertion.not_on_or_after)
    ctx.store.insert(taken, assertion_key=errors.duplicate_saml_response(because="the assertion was used before"))


def _plain(values: list[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else values


def _extras(mapping: dict[str, str]) -> list[tuple[str, str]]:
    return [(key, name) for key, name in mapping.items() if key not in _KNOWN]


def account_from_claims(idp: OidcConnection, claims: dict[str, Any]) -> SsoAccount:
    """Who the claims of an ID token and the user-info endpoint are about.

    Raises:
        oidc_response_email_missing, oidc_response_unverified_email: no address, or one that the IdP doesn't vouch for.
    """
    mapping = _OIDC_NAMES | idp.attribute_mapping

    def value(key: str) -> str:
        found = claims.get(mapping[key])
        return found.strip() if isinstance(found, str) else ""

    email = value("email").lower()
    if not emails.is_address(email):
        raise errors.oidc_response_email_missing(because=f"{mapping['email']} is {email[:100]!r}")
    if claims.get("email_verified") in (False, "false"):
        raise errors.oidc_response_unverified_email()
    groups = claims.get(mapping.get("groups", ""))
    return SsoAccount(
        account_key="",
        connection_id=idp.connection_id,
        external_id=value("idp_user_id") or str(claims["sub"]),
        email_address=email,
        name=value("full_name") or f"{value('first_name')} {value('last_name')}".strip(),
        groups=[g for g in groups if isinstance(g, str)] if isinstance(groups, list) else [],
        attributes={name: said for name, said in claims.items() if name not in _OF_THE_TOKEN},
        trusted_metadata={key: claims[name] for key, name in _extras(idp.attribute_mapping) if name in claims},
    )


def finish_flow(ctx: Context, idp: IdpConnection, flow: SsoFlow | None, account: SsoAccount) -> str:
    """Somebody is back from the identity provider: where the browser goes, with a one-time token for the app.

    Raises:
        duplicate_saml_response, unsolicited_oidc_response: the flow ended already.
    """
    used = errors.duplicate_saml_response if isinstance(idp, SamlConnection) else errors.unsolicited_oidc_response
    if flow:
        flow = single_use.consume(ctx, flow, used)
    account = _kept(ctx, account)
    connection_id = flow.connection_id if flow else idp.connection_id
    organization = ctx.store.get(Organization, organization_id=flow.organization_id if flow else idp.organization_id)
    member = match_member(ctx, organization, connection_id, account)
    if flow:
        landing = flow.login_url if member else flow.signup_url
    else:
        landing = redirects.resolve(ctx, "login" if member else "signup", "", "sso")
    challenge = flow.pkce_code_challenge if flow else ""
    token = one_time_tokens.create_sso_token(
        ctx, organization, account, connection_id, landing, _TOKEN_MINUTES, challenge
    )
    return token.landing_url


def _kept(ctx: Context, account: SsoAccount) -> SsoAccount:
    key = f"{account.connection_id}:{account.external_id}"
    account = msgspec.structs.replace(account, account_key=key)
    old = ctx.store.find(SsoAccount, account_key=key)
    if old is None and (new := ctx.store.insert_or_ignore(account)):
        return new
    old = old or ctx.store.get(SsoAccount, account_key=key)
    refresh_token = account.refresh_token or old.refresh_token
    return ctx.store.update(old, **msgspec.structs.asdict(account) | {"refresh_token": refresh_token})


def redeem(ctx: Context, token: str, verifier: str) -> OneTimeToken:
    """Use an SSO token up.

    Raises:
        sso_token_not_found: there is none with this token, it is of another kind, used or expired.
        pkce_…: not the one who started.
    """
    return one_time_tokens.redeem(ctx, token, ("sso",), verifier, errors.sso_token_not_found)


def match_member(ctx: Context, organization: Organization, connection_id: str, account: SsoAccount) -> Member | None:
    """The member that an account belongs to: it came this way before, or has the same address."""
    known = ctx.store.find(Registration, connection_id=connection_id, account_key=account.account_key)
    if known is not None:
        member = ctx.store.get(Member, member_id=known.member_id)
        if member.status != "deleted":
            return lookup.without_expired_lock(ctx, member)
    return lookup.member_by_email(ctx, organization, account.email_address)


def provision_member(ctx: Context, organization: Organization, connection_id: str, account: SsoAccount) -> Member:
    """A new member, let in by the connection.

    Raises:
        invalid_connection_for_jit_provisioning: the organization lets nobody in by this connection.
        action_not_allowed_email_domain_is_claimed: another organization claims the domain.
    """
    organization_settings.require_unclaimed_domain(ctx, organization, account.email_address)
    listed = connection_id in organization.sso_jit_provisioning_allowed_connections
    how = organization.sso_jit_provisioning
    if how == "NOT_ALLOWED" or (how == "RESTRICTED" and not listed):
        raise errors.invalid_connection_for_jit_provisioning(because=f"sso_jit_provisioning is {how}")
    email = account.email_address
    member = provisioning.insert_member(
        ctx, organization, email, status="active", email_address_verified=True, name=account.name
    )
    member_events.member_created(ctx, member, organization)
    return member


def register_account(
    ctx: Context, organization: Organization, member: Member, connection_id: str, account: SsoAccount
) -> tuple[Member, Factor]:
    """A member as the identity provider has it now, and the factor that this login is. Address, name and what the
    mapping takes into the metadata follow the identity provider; what it doesn't name stays."""
    saml_ = account.connection_id.startswith("saml-")
    registration_id = _registration(ctx, member, connection_id, account, "saml" if saml_ else "oidc")
    link = SsoLink(
        registration_id=registration_id,
        connection_id=connection_id,
        external_id=account.external_id,
        sso_attributes=account.attributes,
        groups=account.groups,
    )
    after = _following(ctx, organization, member, account)
    others = [one for one in member.sso_registrations if one.connection_id != connection_id]
    links = [*others, link] if link not in member.sso_registrations else member.sso_registrations
    name = account.name or after.name
    if (links, name) != (after.sso_registrations, after.name):
        after = ctx.store.update(after, sso_registrations=links, name=name, updated_at=ctx.now)
    if after is not member:
        member_events.member_updated(ctx, after, organization)
    factor = Factor(
        type="sso",
        delivery_method="sso_saml" if saml_ else "sso_oidc",
        detail={
            f"{'saml' if saml_ else 'oidc'}_sso_factor": {
                "id": registration_id,
                "provider_id": connection_id,
                "external_id": account.external_id,
            }
        },
        proves_email=account.email_address,
        created_at=ctx.now,
        updated_at=ctx.now,
        last_authenticated_at=ctx.now,
    )
    return after, factor


def _registration(ctx: Context, member: Member, connection_id: str, account: SsoAccount, protocol: Protocol) -> str:
    """The id of the registration. Of one connection a member has one, and an account there belongs to one member."""
    by_account = ctx.store.find(Registration, connection_id=connection_id, account_key=account.account_key)
    by_member = ctx.store.find(Registration, connection_id=connection_id, member_id=member.member_id)
    for old in (by_account, by_member):
        if old is not None and (old.account_key, old.member_id) == (account.account_key, member.member_id):
            return old.registration_id
        if old is not None:
            ctx.store.delete(old)
    made = Registration(
        registration_id=ctx.ids.new(f"{protocol}_registration"),
        member_id=member.member_id,
        connection_id=connection_id,
        account_key=account.account_key,
    )
    return ctx.store.insert(made).registration_id


def _following(ctx: Context, organization: Organization, member: Member, account: SsoAccount) -> Member:
    """The member with the address and the metadata that the identity provider names, as far as they can be had."""
    if account.email_address != member.email_address:
        try:
            member = emails.change_address(ctx, organization, member, account.email_address, verified=True)
        except errors.StytchError as e:
            ctx.note(f"the member keeps its address: {e.kind.error_type}")
    try:
        merged = metadata.merge(member.trusted_metadata, account.trusted_metadata)
    except errors.StytchError as e:
        ctx.note(f"the member keeps its trusted_metadata: {e.kind.error_type}")
        return member
    if merged == member.trusted_metadata:
        return member
    return ctx.store.update(member, trusted_metadata=merged, updated_at=ctx.now)
