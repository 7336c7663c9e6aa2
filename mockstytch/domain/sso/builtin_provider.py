"""The built-in identity provider: each connection has one of its own, for both protocols, under its own URL."""

import hmac
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import msgspec

from mockstytch import errors, keys
from mockstytch.clock import position
from mockstytch.domain.shared import single_use
from mockstytch.domain.sso import sso_connections
from mockstytch.domain.sso.sso_connections import IdpConnection
from mockstytch.protocols.saml import certificates, identity_provider, service_provider, xml
from mockstytch.runtime import Context
from mockstytch.store.records.credentials import NextIdentity
from mockstytch.store.records.organizations import Organization
from mockstytch.store.records.sso import (
    BuiltinProviderGrant,
    BuiltinProviderKey,
    BuiltinProviderPerson,
    OidcConnection,
    SamlConnection,
)
from mockstytch.values import Frozen

PATH = "/_mock/idp"
_CODE_MINUTES = 5
TOKEN_SECONDS = 3600
_RESPONDER = "urn:oasis:names:tc:SAML:2.0:status:Responder"
_MAPPING = {
    "email": "email",
    "full_name": "name",
    "first_name": "firstName",
    "last_name": "lastName",
    "groups": "groups",
}


class Identity(Frozen, forbid_unknown_fields=True):
    """Somebody at an identity provider. What isn't given is made up, always the same for one address."""

    email: str
    name: str = ""
    subject: str = ""
    email_verified: bool | None = None
    groups: list[str] = []
    attributes: dict[str, Any] = {}


class TokenRequestRefused(Exception):
    """The token endpoint's or the user-info endpoint's refusal, as OAuth names it (RFC 6749, section 5.2)."""

    def __init__(self, error: str, status: int = 400) -> None:
        super().__init__(error)
        self.error, self.status = error, status


def url_of(base_url: str, connection_id: str) -> str:
    """The provider's issuer, and its entity id; its other URLs begin with it."""
    return f"{base_url}{PATH}/{connection_id}"


def issuer_of(connection: IdpConnection) -> str:
    return connection.idp_entity_id if isinstance(connection, SamlConnection) else connection.issuer


def is_builtin(connection: IdpConnection) -> bool:
    """Whether a connection leads to the built-in provider."""
    return issuer_of(connection).endswith(url_of("", connection.connection_id))


def configure_builtin_provider(ctx: Context, organization: Organization, connection: IdpConnection) -> IdpConnection:
    """Let a connection lead to its built-in provider: everything that it needs is known, and it is active."""
    issuer = url_of(ctx.base_url, connection.connection_id)
    if isinstance(connection, SamlConnection):
        known = connection.verification_certificates
        changes: dict[str, Any] = {
            "idp_entity_id": issuer,
            "idp_sso_url": f"{issuer}/sso",
            "verification_certificates": sso_connections.add_certificate(ctx, known, certificate(ctx, connection)),
            "attribute_mapping": connection.attribute_mapping or _MAPPING,
            "status": "active",
        }
        return sso_connections.update(ctx, organization, connection, changes)
    changes = {
        "client_id": f"client-of-{connection.connection_id}",
        "client_secret": ctx.ids.token(),
        "issuer": issuer,
        "authorization_url": f"{issuer}/authorize",
        "token_url": f"{issuer}/token",
        "userinfo_url": f"{issuer}/userinfo",
        "jwks_url": f"{issuer}/jwks",
        "status": "active",
    }
    return sso_connections.update(ctx, organization, connection, changes)


def openid_configuration(connection: OidcConnection) -> dict[str, Any]:
    """The provider's metadata (OpenID Connect Discovery 1.0, section 3)."""
    issuer = connection.issuer
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/authorize",
        "token_endpoint": f"{issuer}/token",
        "userinfo_endpoint": f"{issuer}/userinfo",
        "jwks_uri": f"{issuer}/jwks",
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "email", "profile"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
    }


def metadata(ctx: Context, connection: SamlConnection) -> str:
    """The provider's SAML metadata."""
    return identity_provider.metadata(
        connection.idp_entity_id, f"{connection.idp_entity_id}/sso", certificate(ctx, connection)
    )


def _key(ctx: Context, connection: IdpConnection) -> BuiltinProviderKey:
    """The key that the provider signs with: the latest that it rotated to, or the built-in one."""
    rotated = ctx.store.all(BuiltinProviderKey, connection_id=connection.connection_id)
    if rotated:
        return max(rotated, key=lambda key: key.position)
    jwk = keys.built_in_jwk(connection.connection_id)
    pem = keys.built_in_private_key()
    return BuiltinProviderKey(
        kid=jwk["kid"], connection_id=connection.connection_id, private_key=pem, jwk=jwk, position=0
    )


def jwk(ctx: Context, connection: IdpConnection) -> dict[str, Any]:
    return _key(ctx, connection).jwk


def certificate(ctx: Context, connection: IdpConnection) -> str:
    return certificates.read_certificate(_key(ctx, connection).jwk["x5c"][0]).pem


def rotate_key(ctx: Context, connection: IdpConnection) -> BuiltinProviderKey:
    """Sign with a new key from now on; the former one is published no longer."""
    kid = ctx.ids.new("jwk")
    pem, public = keys.new_key(kid)
    new = BuiltinProviderKey(
        kid=kid, connection_id=connection.connection_id, private_key=pem, jwk=public, position=position()
    )
    return ctx.store.insert(new)


def pop_next_identity(ctx: Context, connection: IdpConnection) -> dict[str, Any] | None:
    """Who was said to come next by this connection, or by any of its protocol; taken out of the queue."""
    column = NextIdentity.table.c
    protocol = "saml" if isinstance(connection, SamlConnection) else "oidc"
    queue = ctx.store.query(NextIdentity).where(
        column.provider == protocol, column.connection_id.in_(["", connection.connection_id])
    )
    waiting = ctx.store.rows(NextIdentity, queue.order_by(column.position).limit(1))
    if not waiting:
        return None
    ctx.store.delete(waiting[0])
    return waiting[0].identity


def known_people(ctx: Context, connection: IdpConnection) -> list[Identity]:
    """Who has been there before, latest first."""
    people = ctx.store.all(BuiltinProviderPerson, connection_id=connection.connection_id)
    latest = sorted(people, key=lambda person: person.position, reverse=True)[:50]
    return [msgspec.convert(person.identity, Identity) for person in latest]


def _seen(ctx: Context, connection: IdpConnection, identity: Identity) -> tuple[BuiltinProviderPerson, Identity]:
    """Somebody is here: kept, so that the page knows them the next time."""
    email = identity.email.strip().lower()
    named = connection.nameid_format if isinstance(connection, SamlConnection) else ""
    derived = ctx.ids.derived_number(f"{connection.connection_id}:{email}")
    subject = identity.subject or (email if named.endswith(":emailAddress") else derived)
    identity = msgspec.structs.replace(identity, email=email, subject=subject)
    key = f"{connection.connection_id}:{subject}"
    old = ctx.store.find(BuiltinProviderPerson, person_key=key)
    if old:
        ctx.store.delete(old)
    person = BuiltinProviderPerson(
        person_key=key,
        connection_id=connection.connection_id,
        identity=msgspec.structs.asdict(identity),
        position=position(),
    )
    return ctx.store.insert(person), identity


def _names(identity: Identity) -> tuple[str, str]:
    first, _, last = identity.name.strip().rpartition(" ")
    return first or last, last if first else ""


class SamlRecipient(Frozen):
    """Where a SAML response goes.

    Attributes:
        request_id: what it answers; "" where the login begins at the provider.
    """

    acs_url: str
    audience: str
    request_id: str


def parse_authn_request(
    connection: SamlConnection, here: str, request: str, binding: identity_provider.Binding
) -> SamlRecipient:
    """What a service provider asks for.

    Args:
        here: the connection's callback URL.
        request: ``SAMLRequest``; "" where nobody asked.

    Raises:
        bad_request: no request, or one that wants its answer elsewhere than at the connection.
    """
    if not request:
        return SamlRecipient(acs_url=here, audience=here, request_id="")
    asked = identity_provider.read_request(request, binding)
    acs_url = asked.acs_url or here
    if acs_url != connection.alternative_acs_url and not _is_callback(acs_url, connection):
        raise errors.bad_request(because=f"{acs_url[:200]} is not this connection's callback URL")
    return SamlRecipient(acs_url=acs_url, audience=asked.issuer or here, request_id=asked.id)


def _is_callback(url: str, connection: IdpConnection) -> bool:
    """Whether it is the connection's callback URL, by whatever name this server is reached."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    own = parts.path.endswith(f"/v1/b2b/sso/callback/{connection.connection_id}")
    return own and parts.scheme in ("http", "https") and not (parts.query or parts.fragment)


def saml_response(ctx: Context, connection: SamlConnection, to: SamlRecipient, identity: Identity | None) -> str:
    """What the provider answers by SAML, for the browser to post.

    Args:
        identity: None refuses.
    """
    key = _key(ctx, connection)
    attributes: dict[str, list[str]] = {}
    subject = ""
    if identity is not None:
        _, identity = _seen(ctx, connection, identity)
        first, last = _names(identity)
        subject = xml.NO_XML.sub("", identity.subject)
        said: dict[str, Any] = {"email": identity.email, "name": identity.name, "firstName": first, "lastName": last}
        said |= {"groups": identity.groups, **identity.attributes}
        attributes = {xml.NO_XML.sub("", name): _texts(value) for name, value in said.items() if value not in ("", [])}
    return identity_provider.build_response(
        issuer=connection.idp_entity_id,
        acs_url=to.acs_url,
        audience=to.audience,
        in_response_to=to.request_id,
        name_id=subject,
        nameid_format=connection.nameid_format,
        attributes=attributes,
        now=ctx.now,
        private_key=key.private_key,
        certificate=certificates.read_certificate(key.jwk["x5c"][0]).pem,
        response_id=f"_{ctx.ids.uuid()}",
        assertion_id=f"_{ctx.ids.uuid()}",
        status=service_provider.SUCCESS if identity else _RESPONDER,
    )


def _texts(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    texts = [v if isinstance(v, str) else msgspec.json.encode(v).decode() for v in values]
    return [xml.NO_XML.sub("", text) for text in texts]


def require_valid_request(connection: OidcConnection, client_id: str, redirect_uri: str, response_type: str) -> None:
    """An authorization request must be this connection's.

    Raises:
        bad_request: it isn't.
    """
    if client_id != connection.client_id or response_type != "code":
        raise errors.bad_request(because="client_id or response_type is not that of this provider's client")
    if not _is_callback(redirect_uri, connection):
        raise errors.bad_request(because=f"{redirect_uri[:200]} is not this connection's callback URL")


def issue_code(
    ctx: Context, connection: OidcConnection, identity: Identity, redirect_uri: str, nonce: str, scopes: list[str]
) -> str:
    """A code for somebody who signed in."""
    person, _ = _seen(ctx, connection, identity)
    grant = BuiltinProviderGrant(
        code=ctx.ids.token(),
        connection_id=connection.connection_id,
        person_key=person.person_key,
        redirect_uri=redirect_uri,
        nonce=nonce,
        scopes=scopes,
        expires_at=ctx.now + timedelta(minutes=_CODE_MINUTES),
    )
    return ctx.store.insert(grant).code


def exchange_code(
    ctx: Context, connection: OidcConnection, client: tuple[str, str], form: dict[str, str]
) -> dict[str, Any]:
    """The token endpoint.

    Args:
        client: its id and secret, as shown.

    Raises:
        Refused: not the client, or nothing that it could get tokens for.
    """
    shown, true = (f"{a}\n{b}".encode() for a, b in (client, (connection.client_id, connection.client_secret)))
    if not hmac.compare_digest(shown, true):
        raise TokenRequestRefused("invalid_client", 401)
    if form.get("grant_type") == "authorization_code":
        grant = _grant_of_code(ctx, connection, form)
    elif form.get("grant_type") == "refresh_token":
        found = ctx.store.find(BuiltinProviderGrant, refresh_token=form.get("refresh_token") or "-")
        if found is None or found.connection_id != connection.connection_id:
            raise TokenRequestRefused("invalid_grant")
        grant = found
    else:
        raise TokenRequestRefused("unsupported_grant_type")
    grant = ctx.store.update(
        grant,
        access_token=ctx.ids.token(),
        refresh_token=grant.refresh_token or ctx.ids.token(),
        token_expires_at=ctx.now + timedelta(seconds=TOKEN_SECONDS),
    )
    return {
        "access_token": grant.access_token,
        "token_type": "Bearer",
        "expires_in": TOKEN_SECONDS,
        "refresh_token": grant.refresh_token,
        "id_token": _id_token(ctx, connection, grant),
        "scope": " ".join(grant.scopes),
    }


def _invalid_grant(*, because: str) -> TokenRequestRefused:
    return TokenRequestRefused("invalid_grant")


def _grant_of_code(ctx: Context, connection: OidcConnection, form: dict[str, str]) -> BuiltinProviderGrant:
    found = ctx.store.find(BuiltinProviderGrant, code=form.get("code", ""), connection_id=connection.connection_id)
    if found is None or form.get("redirect_uri") != found.redirect_uri:
        raise TokenRequestRefused("invalid_grant")
    single_use.require_unused(ctx, found, _invalid_grant)
    return single_use.consume(ctx, found, _invalid_grant)


def _id_token(ctx: Context, connection: OidcConnection, grant: BuiltinProviderGrant) -> str:
    key, issued = _key(ctx, connection), int(ctx.now.timestamp())
    said = {
        **_claims(ctx, grant),
        "iss": connection.issuer,
        "aud": connection.client_id,
        "iat": issued,
        "exp": issued + TOKEN_SECONDS,
        "nonce": grant.nonce,
    }
    return keys.sign(key.kid, key.private_key, msgspec.json.encode(said))


def userinfo(ctx: Context, connection: OidcConnection, access_token: str) -> dict[str, Any]:
    """
    Raises:
        Refused: no token that lives.
    """
    grant = ctx.store.find(BuiltinProviderGrant, access_token=access_token) if access_token else None
    alive = grant is not None and grant.token_expires_at is not None and grant.token_expires_at > ctx.now
    if grant is None or not alive or grant.connection_id != connection.connection_id:
        raise TokenRequestRefused("invalid_token", 401)
    return _claims(ctx, grant)


def _claims(ctx: Context, grant: BuiltinProviderGrant) -> dict[str, Any]:
    """What the scopes let the client know of somebody (OpenID Connect Core 1.0, section 5.4)."""
    identity = msgspec.convert(ctx.store.get(BuiltinProviderPerson, person_key=grant.person_key).identity, Identity)
    first, last = _names(identity)
    said: dict[str, Any] = {**identity.attributes, "sub": identity.subject}
    if "email" in grant.scopes:
        said |= {"email": identity.email, "email_verified": identity.email_verified is not False}
    if "profile" in grant.scopes and identity.name:
        said |= {"name": identity.name, "given_name": first, "family_name": last}
    if identity.groups:
        said["groups"] = identity.groups
    return said
