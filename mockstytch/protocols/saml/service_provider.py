"""The service provider's side of SAML: authentication requests, and the metadata of an identity provider.

See the OASIS standards saml-core, saml-bindings and saml-metadata. ``saml_response`` verifies the response to a
request.
"""

import base64
import zlib
from datetime import datetime
from urllib.parse import quote, urlencode

from mockstytch import errors
from mockstytch.errors import Kind, StytchError
from mockstytch.protocols.saml import certificates, xml
from mockstytch.values import Frozen

POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"


class IdentityProviderMetadata(Frozen):
    """What the metadata of an identity provider declares.

    Attributes:
        certificates: PEMs as ``certificates.parse_certificate`` returns them.
    """

    entity_id: str
    sso_url: str
    certificates: tuple[str, ...]


def build_authn_request(
    *,
    request_id: str,
    issuer: str,
    acs_url: str,
    destination: str,
    nameid_format: str,
    now: datetime,
    force_authn: bool = False,
) -> str:
    """Return an ``AuthnRequest`` as XML.

    Args:
        request_id: the id that the response repeats in ``InResponseTo``. Must begin with a letter or ``_``.
        issuer: the entity id of this service provider.
        acs_url: the URL for the response.
        destination: the SSO URL of the identity provider.
        nameid_format: the format of the user's ``NameID``; "" leaves it to the identity provider.
        force_authn: whether a user with a session at the identity provider must authenticate again.
    """
    root = xml.create_root(
        "samlp:AuthnRequest",
        "samlp saml",
        ID=request_id,
        Version="2.0",
        IssueInstant=xml.format_instant(now),
        Destination=destination,
        ForceAuthn="true" if force_authn else "",
        ProtocolBinding=POST,
        AssertionConsumerServiceURL=acs_url,
    )
    xml.add_child(root, "saml:Issuer", issuer)
    if nameid_format:
        xml.add_child(root, "samlp:NameIDPolicy", Format=nameid_format, AllowCreate="true")
    return xml.serialize(root)


def build_redirect_url(destination: str, request_xml: str, relay_state: str, private_key: str = "") -> str:
    """Return the URL that sends a browser to the identity provider with a request (saml-bindings 3.4.4).

    Args:
        relay_state: a value that the identity provider repeats in the response; "" is omitted.
        private_key: PEM of an RSA key to sign the query with; "" leaves it unsigned.
    """
    compressor = zlib.compressobj(wbits=-15)
    deflated = compressor.compress(request_xml.encode()) + compressor.flush()
    fields = {"SAMLRequest": base64.b64encode(deflated).decode()}
    if relay_state:
        fields["RelayState"] = relay_state
    if private_key:
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

        fields["SigAlg"] = RSA_SHA256
        key = certificates.load_private_key(private_key)
        signature = key.sign(_encode_query(fields).encode(), PKCS1v15(), hashes.SHA256())
        fields["Signature"] = base64.b64encode(signature).decode()
    return f"{destination}{'&' if '?' in destination else '?'}{_encode_query(fields)}"


def _encode_query(fields: dict[str, str]) -> str:
    """Encode spaces as ``%20``, not ``+``: some identity providers decode and encode the query to verify it."""
    return urlencode(fields, quote_via=quote)


def parse_metadata(document: str | bytes) -> IdentityProviderMetadata:
    """Parse the metadata of an identity provider. The SSO URL of the redirect binding is preferred.

    Raises:
        invalid_xml_from_saml_metadata_url: if the document isn't XML, has a document type, or is too large.
        saml_connection_metadata_invalid_format: if the document doesn't describe exactly one identity provider with an
            entity id, an SSO URL and a signing certificate.
    """
    data = document.encode() if isinstance(document, str) else document
    root = xml.parse(data, errors.invalid_xml_from_saml_metadata_url)
    invalid: Kind = errors.saml_connection_metadata_invalid_format
    providers = xml.find_all(root, "md:IDPSSODescriptor")
    if len(providers) != 1:
        raise invalid(because=f"the metadata has {len(providers)} identity providers")
    [provider] = providers
    entity_id = provider.getparent().get("entityID", "") if provider is not root else ""
    services = xml.children(provider, "md:SingleSignOnService")
    locations = {service.get("Binding"): service.get("Location", "") for service in services}
    keys = [key for key in xml.children(provider, "md:KeyDescriptor") if key.get("use", "signing") == "signing"]
    texts = [xml.text(element) for key in keys for element in xml.find_all(key, "ds:X509Certificate")]
    try:
        pems = tuple(dict.fromkeys(certificates.parse_certificate(text).pem for text in texts))
    except StytchError as e:
        raise invalid(because=e.because) from None
    sso_url = locations.get(REDIRECT) or locations.get(POST) or ""
    if not (entity_id and sso_url and pems):
        raise invalid(
            because="the metadata has no entity id, no SSO URL with a known binding or no signing certificate"
        )
    return IdentityProviderMetadata(entity_id=entity_id, sso_url=sso_url, certificates=pems)
