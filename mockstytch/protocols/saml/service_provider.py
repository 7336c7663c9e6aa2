"""SAML 2.0, the service provider's half: requests to an identity provider, its metadata, and its responses.

After the OASIS standards: core (saml-core), bindings (saml-bindings) and metadata (saml-metadata).
"""

import base64
import zlib
from datetime import datetime
from urllib.parse import quote, urlencode

from mockstytch import errors
from mockstytch.errors import Kind, StytchError
from mockstytch.protocols.saml import certificates, xml
from mockstytch.protocols.saml.saml_response import BEARER, SKEW, SUCCESS, Assertion, Expected, peek, read
from mockstytch.values import Frozen

__all__ = [
    "BEARER",
    "POST",
    "REDIRECT",
    "SKEW",
    "SUCCESS",
    "Assertion",
    "Expected",
    "IdpMetadata",
    "authn_request",
    "parse_metadata",
    "peek",
    "read",
    "redirect_url",
]

POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"


class IdpMetadata(Frozen):
    entity_id: str
    sso_url: str
    certificates: tuple[str, ...]


def authn_request(
    *,
    request_id: str,
    issuer: str,
    acs_url: str,
    destination: str,
    nameid_format: str,
    now: datetime,
    force_authn: bool = False,
) -> str:
    """An ``AuthnRequest``, as XML.

    Args:
        request_id: what the response names in ``InResponseTo``; begins with a letter or ``_``, as XML wants ids.
        issuer: this service provider's entity id.
        nameid_format: how the identity provider is to name the person; "" leaves it the choice.
        force_authn: it shall ask for credentials anew.
    """
    root = xml.new(
        "samlp:AuthnRequest",
        "samlp saml",
        ID=request_id,
        Version="2.0",
        IssueInstant=xml.shown(now),
        Destination=destination,
        ForceAuthn="true" if force_authn else "",
        ProtocolBinding=POST,
        AssertionConsumerServiceURL=acs_url,
    )
    xml.add(root, "saml:Issuer", issuer)
    if nameid_format:
        xml.add(root, "samlp:NameIDPolicy", Format=nameid_format, AllowCreate="true")
    return xml.written(root)


def redirect_url(destination: str, request_xml: str, relay_state: str, private_key: str = "") -> str:
    """Where a browser is sent with a request: the HTTP-Redirect binding (saml-bindings 3.4.4).

    Args:
        relay_state: comes back with the response; "" is left out.
        private_key: PEM of an RSA key; where given, the query is signed with it.
    """
    packer = zlib.compressobj(wbits=-15)
    packed = packer.compress(request_xml.encode()) + packer.flush()
    query = {"SAMLRequest": base64.b64encode(packed).decode()}
    if relay_state:
        query["RelayState"] = relay_state
    if private_key:
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

        query["SigAlg"] = RSA_SHA256
        signature = certificates.load_private_key(private_key).sign(_query(query).encode(), PKCS1v15(), hashes.SHA256())
        query["Signature"] = base64.b64encode(signature).decode()
    return f"{destination}{'&' if '?' in destination else '?'}{_query(query)}"


def _query(fields: dict[str, str]) -> str:
    """With ``%20``, not ``+``: some identity providers verify what they encoded anew, and that is how they do it."""
    return urlencode(fields, quote_via=quote)


def parse_metadata(document: str | bytes) -> IdpMetadata:
    """What the metadata of an identity provider says: the SSO URL of the redirect binding, else of another.

    Raises:
        invalid_xml_from_saml_metadata_url: no XML, or none that is taken.
        saml_connection_metadata_invalid_format: not one identity provider with all three.
    """
    data = document.encode() if isinstance(document, str) else document
    root = xml.parse(data, errors.invalid_xml_from_saml_metadata_url)
    refusal: Kind = errors.saml_connection_metadata_invalid_format
    providers = xml.everywhere(root, "md:IDPSSODescriptor")
    if len(providers) != 1:
        raise refusal(because=f"{len(providers)} identity providers")
    entity_id = providers[0].getparent().get("entityID", "") if providers[0] is not root else ""
    places = {
        one.get("Binding"): one.get("Location", "") for one in xml.children(providers[0], "md:SingleSignOnService")
    }
    keys = [key for key in xml.children(providers[0], "md:KeyDescriptor") if key.get("use", "signing") == "signing"]
    texts = [xml.text(found) for key in keys for found in xml.everywhere(key, "ds:X509Certificate")]
    try:
        pems = tuple(dict.fromkeys(certificates.read_certificate(found).pem for found in texts))
    except StytchError as e:
        raise refusal(because=e.because) from None
    sso_url = places.get(REDIRECT) or places.get(POST) or ""
    if not (entity_id and sso_url and pems):
        raise refusal(because="no entity ID, no SSO URL with a known binding, or no certificate to sign with")
    return IdpMetadata(entity_id=entity_id, sso_url=sso_url, certificates=pems)
