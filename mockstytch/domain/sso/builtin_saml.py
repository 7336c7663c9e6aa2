"""The built-in provider as a SAML identity provider."""

from typing import Any

import msgspec

from mockstytch import errors, wire
from mockstytch.domain.sso import builtin_provider
from mockstytch.domain.sso.builtin_provider import Identity
from mockstytch.protocols.saml import certificates, identity_provider, saml_response, xml
from mockstytch.protocols.saml.identity_provider import Binding
from mockstytch.runtime import Context
from mockstytch.store.records.sso import SamlConnection
from mockstytch.values import Frozen

_RESPONDER = "urn:oasis:names:tc:SAML:2.0:status:Responder"


class SamlRecipient(Frozen):
    """The service provider that a SAML response is for.

    Attributes:
        acs_url: the URL that the response is posted to.
        request_id: the id of the request; "" if the login starts at the provider.
    """

    acs_url: str
    audience: str
    request_id: str


def metadata(ctx: Context, connection: SamlConnection) -> str:
    """Return the provider's SAML metadata, as XML."""
    entity_id = connection.idp_entity_id
    certificate = builtin_provider.certificate(ctx, connection)
    return identity_provider.build_metadata(entity_id, f"{entity_id}/sso", certificate)


def parse_authn_request(
    ctx: Context, connection: SamlConnection, request: str, relay_state: str, binding: Binding
) -> SamlRecipient:
    """Parse a service provider's request and return the recipient of the response.

    Args:
        request: the field ``SAMLRequest``; "" if the login starts at the provider.
        relay_state: the field ``RelayState``.

    Raises:
        bad_request: if the request asks for a response to another URL than the connection's.
    """
    callback_url = wire.sso_callback_url(ctx.base_url, connection.connection_id)  # it is also the entity id
    if not request:
        return SamlRecipient(acs_url=callback_url, audience=callback_url, request_id="")
    parsed = identity_provider.parse_authn_request(request, binding)
    acs_url = parsed.acs_url or callback_url
    is_alternative = acs_url == connection.alternative_acs_url
    if not is_alternative and not builtin_provider.is_callback_url(ctx, connection, acs_url, relay_state):
        raise errors.bad_request(because=f"{acs_url[:200]} is not this connection's callback URL")
    return SamlRecipient(acs_url=acs_url, audience=parsed.issuer or callback_url, request_id=parsed.id)


def build_response(
    ctx: Context, connection: SamlConnection, recipient: SamlRecipient, identity: Identity | None
) -> str:
    """Return a signed response in base64, for the browser to post.

    Args:
        identity: the user; None for a response with an error status.
    """
    key = builtin_provider.signing_key(ctx, connection)
    attributes: dict[str, list[str]] = {}
    name_id = ""
    if identity is not None:
        _, identity = builtin_provider.save_person(ctx, connection, identity)
        name_id = xml.strip_illegal_characters(identity.subject)
        attributes = _attributes(identity)
    content = identity_provider.ResponseContent(
        issuer=connection.idp_entity_id,
        acs_url=recipient.acs_url,
        audience=recipient.audience,
        in_response_to=recipient.request_id,
        name_id=name_id,
        nameid_format=connection.nameid_format,
        attributes=attributes,
        now=ctx.now,
        response_id=f"_{ctx.ids.uuid()}",
        assertion_id=f"_{ctx.ids.uuid()}",
        status=saml_response.SUCCESS if identity else _RESPONDER,
    )
    protection = identity_provider.ResponseProtection(
        private_key=key.private_key, certificate=certificates.parse_certificate(key.jwk["x5c"][0]).pem
    )
    return identity_provider.build_response(content, protection)


def _attributes(identity: Identity) -> dict[str, list[str]]:
    first, last = identity.first_and_last_name()
    values: dict[str, Any] = {
        "email": identity.email,
        "name": identity.name,
        "firstName": first,
        "lastName": last,
        "groups": identity.groups,
        **identity.attributes,
    }
    return {
        xml.strip_illegal_characters(name): _texts(value) for name, value in values.items() if value not in ("", [])
    }


def _texts(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    texts = [item if isinstance(item, str) else msgspec.json.encode(item).decode() for item in values]
    return [xml.strip_illegal_characters(text) for text in texts]
