"""SAML 2.0, the identity provider's half: what the built-in provider says, in the forms that real ones use."""

import base64
import binascii
import zlib
from datetime import datetime, timedelta
from typing import Any, Literal

from mockstytch import errors
from mockstytch.protocols.saml import certificates, service_provider, xml, xml_signatures
from mockstytch.values import Frozen

_VALID = timedelta(minutes=5)
_BASIC = "urn:oasis:names:tc:SAML:2.0:attrname-format:basic"
_PASSWORD = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
Binding = Literal["redirect", "post"]
Sign = Literal["assertion", "response", "both", "neither"]


class AuthnRequest(Frozen):
    """An ``AuthnRequest`` as it came: its signature, if any, isn't looked at."""

    id: str
    issuer: str
    acs_url: str
    destination: str
    nameid_format: str
    force_authn: bool


def read_request(saml_request: str, binding: Binding) -> AuthnRequest:
    """What a service provider asks for.

    Args:
        saml_request: base64; of the redirect binding also deflated.

    Raises:
        bad_request: it is no request of SAML 2.0.
    """
    try:
        data = base64.b64decode("".join(saml_request.split()), validate=True)
        if binding == "redirect":
            data = zlib.decompressobj(wbits=-15).decompress(data, xml.MOST_BYTES + 1)
    except (binascii.Error, ValueError, zlib.error) as e:
        raise errors.bad_request(because=f"SAMLRequest: {e}") from None
    root = xml.parse(data, errors.bad_request)
    if root.tag != xml.name("samlp:AuthnRequest") or root.get("Version") != "2.0" or not root.get("ID"):
        raise errors.bad_request(because="SAMLRequest is no samlp:AuthnRequest of SAML 2.0 with an ID")
    issuers, policies = xml.children(root, "saml:Issuer"), xml.children(root, "samlp:NameIDPolicy")
    return AuthnRequest(
        id=root.get("ID"),
        issuer=xml.text(issuers[0]) if issuers else "",
        acs_url=root.get("AssertionConsumerServiceURL", ""),
        destination=root.get("Destination", ""),
        nameid_format=policies[0].get("Format", "") if policies else "",
        force_authn=root.get("ForceAuthn") in ("true", "1"),
    )


def build_response(
    *,
    issuer: str,
    acs_url: str,
    audience: str,
    in_response_to: str,
    name_id: str,
    nameid_format: str,
    attributes: dict[str, list[str]],
    now: datetime,
    private_key: str,
    certificate: str,
    response_id: str,
    assertion_id: str,
    sign: Sign = "assertion",
    encrypt_for: str = "",
    cipher: str = "aes256-gcm",
    status: str = service_provider.SUCCESS,
    valid_for: timedelta = _VALID,
) -> str:
    """A response, base64 as a browser posts it.

    Args:
        in_response_to: the request's id; "" where nobody asked.
        attributes: values by name; each name makes one ``Attribute``.
        private_key: PEM of the RSA key that signs, RSA-SHA256.
        certificate: PEM, goes into the signature.
        response_id: begins with a letter or ``_``, as XML wants ids; so does ``assertion_id``.
        sign: what is signed.
        encrypt_for: PEM of the certificate that the assertion is encrypted for; "" leaves it readable.
        cipher: ``aes128-cbc``, ``aes256-cbc``, ``aes128-gcm``, ``aes256-gcm``.
        status: anything but success leaves the assertion out.
    """
    root = xml.new(
        "samlp:Response",
        "samlp saml",
        ID=response_id,
        Version="2.0",
        IssueInstant=xml.shown(now),
        Destination=acs_url,
        InResponseTo=in_response_to,
    )
    xml.add(root, "saml:Issuer", issuer)
    if sign in ("response", "both"):
        xml_signatures.add_placeholder(root)
    code = xml.add(xml.add(root, "samlp:Status"), "samlp:StatusCode")
    code.set("Value", status)
    if status == service_provider.SUCCESS:
        assertion = xml.new("saml:Assertion", "saml", ID=assertion_id, Version="2.0", IssueInstant=xml.shown(now))
        xml.add(assertion, "saml:Issuer", issuer)
        if sign in ("assertion", "both"):
            xml_signatures.add_placeholder(assertion)
        until = xml.shown(now + valid_for)
        _add_subject(
            assertion, name_id, nameid_format, Recipient=acs_url, NotOnOrAfter=until, InResponseTo=in_response_to
        )
        conditions = xml.add(assertion, "saml:Conditions", NotBefore=xml.shown(now), NotOnOrAfter=until)
        xml.add(xml.add(conditions, "saml:AudienceRestriction"), "saml:Audience", audience)
        login = xml.add(assertion, "saml:AuthnStatement", AuthnInstant=xml.shown(now), SessionIndex=assertion_id)
        xml.add(xml.add(login, "saml:AuthnContext"), "saml:AuthnContextClassRef", _PASSWORD)
        _add_attributes(assertion, attributes)
        if sign in ("assertion", "both"):
            assertion = xml_signatures.signed(assertion, private_key, certificate)
        if encrypt_for:
            holder = xml.add(root, "saml:EncryptedAssertion")
            holder.append(xml_signatures.encrypted(assertion, encrypt_for, cipher))
        else:
            root.append(assertion)
    if sign in ("response", "both"):
        root = xml_signatures.signed(root, private_key, certificate)
    return base64.b64encode(xml.written(root).encode()).decode()


def _add_subject(assertion: Any, name_id: str, nameid_format: str, **confirmed: str) -> None:
    subject = xml.add(assertion, "saml:Subject")
    xml.add(subject, "saml:NameID", name_id, Format=nameid_format)
    confirmation = xml.add(subject, "saml:SubjectConfirmation", Method=service_provider.BEARER)
    xml.add(confirmation, "saml:SubjectConfirmationData", **confirmed)


def _add_attributes(assertion: Any, attributes: dict[str, list[str]]) -> None:
    if not attributes:
        return  # the schema has no statement without any
    statement = xml.add(assertion, "saml:AttributeStatement")
    for name, values in attributes.items():
        attribute = xml.add(statement, "saml:Attribute", Name=name, NameFormat=_BASIC)
        for value in values:
            xml.add(attribute, "saml:AttributeValue", value)


def metadata(entity_id: str, sso_url: str, certificate: str) -> str:
    """What a service provider needs to know of this provider, as XML.

    Args:
        sso_url: takes requests by redirect and by post.
        certificate: PEM, of the key that signs.
    """
    root = xml.new("md:EntityDescriptor", "md ds", entityID=entity_id)
    provider = xml.add(root, "md:IDPSSODescriptor", protocolSupportEnumeration=xml.SAMLP)
    key = xml.add(xml.add(provider, "md:KeyDescriptor", use="signing"), "ds:KeyInfo")
    xml.add(
        xml.add(key, "ds:X509Data"),
        "ds:X509Certificate",
        certificates.pem_body(certificates.read_certificate(certificate).pem),
    )
    xml.add(provider, "md:NameIDFormat", "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress")
    for binding in (service_provider.REDIRECT, service_provider.POST):
        xml.add(provider, "md:SingleSignOnService", Binding=binding, Location=sso_url)
    return xml.written(root)
