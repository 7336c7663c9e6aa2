"""The identity provider's side of SAML: parses requests, and builds responses in the forms that real providers use."""

import base64
import binascii
import zlib
from datetime import datetime, timedelta
from typing import Any, Literal

from mockstytch import errors
from mockstytch.protocols.saml import certificates, service_provider, xml, xml_signatures
from mockstytch.protocols.saml.saml_response import BEARER, SUCCESS
from mockstytch.values import Frozen

_VALID_FOR = timedelta(minutes=5)
_BASIC = "urn:oasis:names:tc:SAML:2.0:attrname-format:basic"
_PASSWORD = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
Binding = Literal["redirect", "post"]
Sign = Literal["assertion", "response", "both", "none"]


class AuthnRequest(Frozen):
    """An ``AuthnRequest`` as received. Its signature, if any, isn't verified."""

    id: str
    issuer: str
    acs_url: str
    destination: str
    nameid_format: str
    force_authn: bool


class ResponseContent(Frozen):
    """What a response states.

    Attributes:
        issuer: the entity id of the identity provider.
        acs_url: the URL that the response is posted to.
        audience: the entity id of the service provider.
        in_response_to: the id of the request; "" if the identity provider started the login.
        name_id: the user's ``NameID``.
        attributes: values by name; each name becomes one ``Attribute``.
        response_id, assertion_id: must begin with a letter or ``_``.
        status: a status other than success omits the assertion.
        valid_for: how long the assertion is valid from ``now``.
    """

    issuer: str
    acs_url: str
    audience: str
    in_response_to: str
    name_id: str
    nameid_format: str
    attributes: dict[str, list[str]]
    now: datetime
    response_id: str
    assertion_id: str
    status: str = SUCCESS
    valid_for: timedelta = _VALID_FOR


class ResponseProtection(Frozen):
    """How a response is signed and encrypted.

    Attributes:
        private_key: PEM of the RSA key that signs, with RSA-SHA256.
        certificate: PEM of its certificate, which the signature contains.
        sign: the elements to sign.
        encrypt_for: PEM of the certificate to encrypt the assertion for; "" leaves it in plain text.
        cipher: one of ``xml_signatures.CIPHERS``, such as ``aes128-cbc``.
    """

    private_key: str
    certificate: str
    sign: Sign = "assertion"
    encrypt_for: str = ""
    cipher: str = "aes256-gcm"


def parse_authn_request(saml_request: str, binding: Binding) -> AuthnRequest:
    """Parse a service provider's request.

    Args:
        saml_request: base64; in the redirect binding also deflated.

    Raises:
        bad_request: if ``SAMLRequest`` isn't a SAML 2.0 request.
    """
    try:
        data = base64.b64decode("".join(saml_request.split()), validate=True)
        if binding == "redirect":
            data = zlib.decompressobj(wbits=-15).decompress(data, xml.MAX_BYTES + 1)
    except (binascii.Error, ValueError, zlib.error) as e:
        raise errors.bad_request(because=f"SAMLRequest: {e}") from None
    root = xml.parse(data, errors.bad_request)
    if root.tag != xml.qualified_name("samlp:AuthnRequest") or root.get("Version") != "2.0" or not root.get("ID"):
        raise errors.bad_request(because="SAMLRequest isn't a SAML 2.0 samlp:AuthnRequest with an ID")
    issuers, policies = xml.children(root, "saml:Issuer"), xml.children(root, "samlp:NameIDPolicy")
    return AuthnRequest(
        id=root.get("ID"),
        issuer=xml.text(issuers[0]) if issuers else "",
        acs_url=root.get("AssertionConsumerServiceURL", ""),
        destination=root.get("Destination", ""),
        nameid_format=policies[0].get("Format", "") if policies else "",
        force_authn=root.get("ForceAuthn") in ("true", "1"),
    )


def build_response(content: ResponseContent, protection: ResponseProtection) -> str:
    """Return a response in base64, as a browser posts it."""
    root = xml.create_root(
        "samlp:Response",
        "samlp saml",
        ID=content.response_id,
        Version="2.0",
        IssueInstant=xml.format_instant(content.now),
        Destination=content.acs_url,
        InResponseTo=content.in_response_to,
    )
    xml.add_child(root, "saml:Issuer", content.issuer)
    sign_response = protection.sign in ("response", "both")
    if sign_response:
        xml_signatures.add_placeholder(root)
    xml.add_child(xml.add_child(root, "samlp:Status"), "samlp:StatusCode", Value=content.status)
    if content.status == SUCCESS:
        assertion = _build_assertion(content, protection)
        if protection.encrypt_for:
            encrypted = xml_signatures.encrypt(assertion, protection.encrypt_for, protection.cipher)
            xml.add_child(root, "saml:EncryptedAssertion").append(encrypted)
        else:
            root.append(assertion)
    if sign_response:
        root = xml_signatures.sign(root, protection.private_key, protection.certificate)
    return base64.b64encode(xml.serialize(root).encode()).decode()


def _build_assertion(content: ResponseContent, protection: ResponseProtection) -> Any:
    now, until = xml.format_instant(content.now), xml.format_instant(content.now + content.valid_for)
    sign_assertion = protection.sign in ("assertion", "both")
    assertion = xml.create_root("saml:Assertion", "saml", ID=content.assertion_id, Version="2.0", IssueInstant=now)
    xml.add_child(assertion, "saml:Issuer", content.issuer)
    if sign_assertion:
        xml_signatures.add_placeholder(assertion)
    subject = xml.add_child(assertion, "saml:Subject")
    xml.add_child(subject, "saml:NameID", content.name_id, Format=content.nameid_format)
    xml.add_child(
        xml.add_child(subject, "saml:SubjectConfirmation", Method=BEARER),
        "saml:SubjectConfirmationData",
        Recipient=content.acs_url,
        NotOnOrAfter=until,
        InResponseTo=content.in_response_to,
    )
    conditions = xml.add_child(assertion, "saml:Conditions", NotBefore=now, NotOnOrAfter=until)
    xml.add_child(xml.add_child(conditions, "saml:AudienceRestriction"), "saml:Audience", content.audience)
    login = xml.add_child(assertion, "saml:AuthnStatement", AuthnInstant=now, SessionIndex=content.assertion_id)
    xml.add_child(xml.add_child(login, "saml:AuthnContext"), "saml:AuthnContextClassRef", _PASSWORD)
    _add_attributes(assertion, content.attributes)
    if sign_assertion:
        return xml_signatures.sign(assertion, protection.private_key, protection.certificate)
    return assertion


def _add_attributes(assertion: Any, attributes: dict[str, list[str]]) -> None:
    if not attributes:
        return  # the schema doesn't allow an empty statement
    statement = xml.add_child(assertion, "saml:AttributeStatement")
    for name, values in attributes.items():
        attribute = xml.add_child(statement, "saml:Attribute", Name=name, NameFormat=_BASIC)
        for value in values:
            xml.add_child(attribute, "saml:AttributeValue", value)


def build_metadata(entity_id: str, sso_url: str, certificate: str) -> str:
    """Return the metadata of an identity provider as XML.

    Args:
        sso_url: the URL that takes requests of the redirect binding and of the post binding.
        certificate: PEM of the certificate that responses are signed with.
    """
    root = xml.create_root("md:EntityDescriptor", "md ds", entityID=entity_id)
    provider = xml.add_child(root, "md:IDPSSODescriptor", protocolSupportEnumeration=xml.SAMLP)
    key = xml.add_child(xml.add_child(provider, "md:KeyDescriptor", use="signing"), "ds:KeyInfo")
    body = certificates.pem_body(certificates.parse_certificate(certificate).pem)
    xml.add_child(xml.add_child(key, "ds:X509Data"), "ds:X509Certificate", body)
    xml.add_child(provider, "md:NameIDFormat", "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress")
    for binding in (service_provider.REDIRECT, service_provider.POST):
        xml.add_child(provider, "md:SingleSignOnService", Binding=binding, Location=sso_url)
    return xml.serialize(root)
