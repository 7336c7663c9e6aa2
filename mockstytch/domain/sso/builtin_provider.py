"""The built-in provider: an identity provider for tests. Each connection can have its own, under its own URL.

This module has what both protocols share: the connection's settings, signing keys, and users. ``builtin_oidc`` and
``builtin_saml`` have the protocols.
"""

from typing import Any
from urllib.parse import urlencode

import msgspec

from mockstytch import keys, wire
from mockstytch.clock import position
from mockstytch.domain.organizations import member_search
from mockstytch.domain.shared.search import Query
from mockstytch.domain.sso import sso_connections
from mockstytch.domain.sso.sso_connections import DirectConnection
from mockstytch.protocols.saml import certificates
from mockstytch.runtime import Context
from mockstytch.store.records.credentials import NextIdentity
from mockstytch.store.records.members import Member
from mockstytch.store.records.organizations import Organization
from mockstytch.store.records.sso import BuiltinProviderKey, BuiltinProviderPerson, SamlConnection, SsoFlow
from mockstytch.values import Frozen

PATH = "/_mock/idp"
_MAPPING = {
    "email": "email",
    "full_name": "name",
    "first_name": "firstName",
    "last_name": "lastName",
    "groups": "groups",
}
_MAX_ACCOUNTS = 50


class Identity(Frozen, forbid_unknown_fields=True):
    """A user of an identity provider.

    Attributes:
        subject: the user's id at the provider; "" derives one from the address.
        email_verified: None counts as verified.
        attributes: more SAML attributes, or more claims.
    """

    email: str
    name: str = ""
    subject: str = ""
    email_verified: bool | None = None
    groups: list[str] = []
    attributes: dict[str, Any] = {}

    def first_and_last_name(self) -> tuple[str, str]:
        """Split the name at its last space. A single word is the first name."""
        first, _, last = self.name.strip().rpartition(" ")
        return first or last, last if first else ""


def url_of(base_url: str, connection_id: str) -> str:
    """Return the base URL of a connection's built-in provider, which is its OIDC issuer and SAML entity id."""
    return f"{base_url}{PATH}/{connection_id}"


def issuer_of(connection: DirectConnection) -> str:
    """Return the OIDC issuer or SAML entity id of the connection's identity provider."""
    return connection.idp_entity_id if isinstance(connection, SamlConnection) else connection.issuer


def with_issuer(ctx: Context, connection: DirectConnection) -> DirectConnection:
    """Return a connection as it is, or with the built-in provider if it has none yet. Nothing is stored."""
    if issuer_of(connection):
        return connection
    name = "idp_entity_id" if isinstance(connection, SamlConnection) else "issuer"
    return msgspec.structs.replace(connection, **{name: url_of(ctx.base_url, connection.connection_id)})


def is_builtin(connection: DirectConnection) -> bool:
    """Return whether a connection uses the built-in provider."""
    return issuer_of(connection).endswith(url_of("", connection.connection_id))


def is_callback_url(ctx: Context, connection: DirectConnection, url: str, state: str) -> bool:
    """Return whether a URL is the connection's callback URL.

    The server can have several names. These count: the name in this request, the name in the provider's own URLs, and
    the name with which the login was started.

    Args:
        state: the ``state`` or ``RelayState`` of the request.
    """
    provider_url = issuer_of(connection).removesuffix(url_of("", connection.connection_id))
    if url in [wire.sso_callback_url(base, connection.connection_id) for base in (ctx.base_url, provider_url)]:
        return True
    flow = ctx.store.find(SsoFlow, state=state)
    return flow is not None and flow.idp_connection_id == connection.connection_id and flow.acs_url == url


def configure_builtin_provider(
    ctx: Context, organization: Organization, connection: DirectConnection
) -> DirectConnection:
    """Point a connection to its built-in provider and activate it."""
    issuer = url_of(ctx.base_url, connection.connection_id)
    changes: dict[str, Any]
    if isinstance(connection, SamlConnection):
        existing = connection.verification_certificates
        changes = {
            "idp_entity_id": issuer,
            "idp_sso_url": f"{issuer}/sso",
            "verification_certificates": sso_connections.add_certificate(ctx, existing, certificate(ctx, connection)),
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


def describe(ctx: Context, connection: DirectConnection) -> dict[str, Any]:
    """Return the URLs of a connection's built-in provider, and the URL at which a login through it begins."""
    issuer, saml = issuer_of(connection), isinstance(connection, SamlConnection)
    start = urlencode({"connection_id": connection.connection_id, "public_token": ctx.project.public_token})
    return {
        "connection_id": connection.connection_id,
        "type": "saml" if saml else "oidc",
        "issuer": issuer,
        "sso_url": f"{issuer}/sso" if saml else f"{issuer}/authorize",
        "metadata_url": f"{issuer}/metadata" if saml else f"{issuer}/.well-known/openid-configuration",
        "start_url": f"{ctx.base_url}/v1/public/sso/start?{start}",
    }


def signing_key(ctx: Context, connection: DirectConnection) -> BuiltinProviderKey:
    """Return the latest key of the provider, or the key of all built-in providers if it was never rotated."""
    rotated = ctx.store.all(BuiltinProviderKey, connection_id=connection.connection_id)
    if rotated:
        return max(rotated, key=lambda key: key.position)
    jwk = keys.built_in_jwk(connection.connection_id)
    pem = keys.built_in_private_key()
    return BuiltinProviderKey(
        kid=jwk["kid"], connection_id=connection.connection_id, private_key=pem, jwk=jwk, position=0
    )


def certificate(ctx: Context, connection: DirectConnection) -> str:
    """Return the certificate of the signing key, as PEM."""
    return certificates.parse_certificate(signing_key(ctx, connection).jwk["x5c"][0]).pem


def rotate_key(ctx: Context, connection: DirectConnection) -> BuiltinProviderKey:
    """Replace the signing key with a new one. The former key isn't published any more."""
    kid = ctx.ids.new("jwk")
    pem, jwk = keys.new_key(kid)
    return ctx.store.insert(
        BuiltinProviderKey(
            kid=kid, connection_id=connection.connection_id, private_key=pem, jwk=jwk, position=position()
        )
    )


def pop_next_identity(ctx: Context, connection: DirectConnection) -> dict[str, Any] | None:
    """Remove the next identity from the queue and return it, or None.

    Tests queue identities for one connection, or for all connections of a protocol.
    """
    columns = NextIdentity.table.c
    protocol = "saml" if isinstance(connection, SamlConnection) else "oidc"
    queue = ctx.store.query(NextIdentity).where(
        columns.provider == protocol, columns.connection_id.in_(["", connection.connection_id])
    )
    rows = ctx.store.rows(NextIdentity, queue.order_by(columns.position).limit(1))
    if not rows:
        return None
    ctx.store.delete(rows[0])
    return rows[0].identity


def queued(ctx: Context, *providers: str) -> list[NextIdentity]:
    """Return the identities that wait for a login at one of these providers, the next one first."""
    column = NextIdentity.table.c
    query = ctx.store.query(NextIdentity).where(column.provider.in_(list(providers)))
    return ctx.store.rows(NextIdentity, query.order_by(column.position))


def known_people(ctx: Context, connection: DirectConnection) -> list[Identity]:
    """Return the identities that logged in before, the most recent first."""
    people = ctx.store.all(BuiltinProviderPerson, connection_id=connection.connection_id)
    latest = sorted(people, key=lambda person: person.position, reverse=True)[:_MAX_ACCOUNTS]
    return [msgspec.convert(person.identity, Identity) for person in latest]


def accounts(ctx: Context, connection: DirectConnection, organization: Organization) -> list[Identity]:
    """Return the identities for the account chooser: known identities first, then the newest other members."""
    known = known_people(ctx, connection)
    emails, subjects = {person.email for person in known}, {person.subject for person in known}

    def is_known(member: Member) -> bool:
        links = [link for link in member.sso_registrations if link.connection_id == connection.connection_id]
        return member.email_address in emails or any(link.external_id in subjects for link in links)

    newest = member_search.matching(ctx, [organization], Query()).query.order_by(Member.table.c.position.desc())
    members = ctx.store.rows(Member, newest.limit(_MAX_ACCOUNTS))
    others = [Identity(email=member.email_address, name=member.name) for member in members if not is_known(member)]
    return [*known, *others][:_MAX_ACCOUNTS]


def save_person(
    ctx: Context, connection: DirectConnection, identity: Identity
) -> tuple[BuiltinProviderPerson, Identity]:
    """Store an identity that logs in, and return the stored row and the identity with its subject."""
    email = identity.email.strip().lower()
    nameid_format = connection.nameid_format if isinstance(connection, SamlConnection) else ""
    derived = ctx.ids.derived_number(f"{connection.connection_id}:{email}")
    subject = identity.subject or (email if nameid_format.endswith(":emailAddress") else derived)
    identity = msgspec.structs.replace(identity, email=email, subject=subject)
    key = f"{connection.connection_id}:{subject}"
    if existing := ctx.store.find(BuiltinProviderPerson, person_key=key):
        ctx.store.delete(existing)
    person = BuiltinProviderPerson(
        person_key=key,
        connection_id=connection.connection_id,
        identity=msgspec.structs.asdict(identity),
        position=position(),
    )
    return ctx.store.insert(person), identity
