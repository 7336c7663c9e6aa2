"""Keys and SAML responses of an identity provider, a service provider and an attacker, without a server."""

import base64
import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from lxml import etree

from mockstytch.errors import StytchError
from mockstytch.protocols.saml import certificates, identity_provider, saml_response, xml, xml_signatures

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ACS, AUDIENCE, IDP = "https://sp.test/acs", "https://sp.test/audience", "https://idp.test/entity"
EMAIL_FORMAT = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
ADA, EVE = "ada@acme.test", "eve@evil.test"


@cache
def private_key(owner: str) -> str:
    """Return the private key of ``idp``, ``sp``, ``attacker``…, in PKCS1. It is created once for each process."""
    key = rsa.generate_private_key(65537, 2048)
    form = serialization.PrivateFormat.TraditionalOpenSSL
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


@cache
def certificate(owner: str) -> str:
    return certificates.self_signed(private_key(owner), owner, NOW)


def expected(**changes: Any) -> saml_response.ExpectedResponse:
    """Return what the service provider expects. Arguments replace the defaults."""
    defaults: dict[str, Any] = {
        "acs_urls": (ACS,),
        "audiences": (AUDIENCE,),
        "idp_entity_id": IDP,
        "certificates": (certificate("idp"),),
        "decryption_keys": (private_key("sp"),),
        "now": NOW,
        "in_response_to": "_request",
    }
    return saml_response.ExpectedResponse(**{**defaults, **changes})


_PROTECTION_FIELDS = identity_provider.ResponseProtection.__struct_fields__


def build_response(**changes: Any) -> str:
    """Return a signed response. Arguments replace the defaults, in content and protection."""
    values: dict[str, Any] = {
        "issuer": IDP,
        "acs_url": ACS,
        "audience": AUDIENCE,
        "in_response_to": "_request",
        "name_id": ADA,
        "nameid_format": EMAIL_FORMAT,
        "attributes": {"email": [ADA], "groups": ["engineering", "R&D <ops>"]},
        "now": NOW,
        "private_key": private_key("idp"),
        "certificate": certificate("idp"),
        "response_id": "_response",
        "assertion_id": "_assertion",
    }
    values |= changes
    protection = {name: values.pop(name) for name in _PROTECTION_FIELDS if name in values}
    return identity_provider.build_response(
        identity_provider.ResponseContent(**values), identity_provider.ResponseProtection(**protection)
    )


def edited_response(edit: Callable[[Any], object], sign: str = "assertion", **changes: Any) -> str:
    """Return a response that was edited before it was signed, so that its signature is valid."""
    root = decode(build_response(**{"sign": "none", **changes}))
    edit(root)
    keys = changes.get("private_key", private_key("idp")), changes.get("certificate", certificate("idp"))
    if sign in ("assertion", "both"):
        assertion = root.find("saml:Assertion", xml.NAMESPACES)
        insert_placeholder(assertion)
        root.replace(assertion, xml_signatures.sign(etree.fromstring(etree.tostring(assertion)), *keys))
    if sign in ("response", "both"):
        insert_placeholder(root)
        root = xml_signatures.sign(root, *keys)
    return encode_root(root)


_SIGNATURE = """<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo>
<ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>
<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>
<ds:Reference URI="#_assertion"><ds:Transforms>
<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>{}
<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"><ec:InclusiveNamespaces
 xmlns:ec="http://www.w3.org/2001/10/xml-exc-c14n#" PrefixList="xs"/></ds:Transform>
</ds:Transforms><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>
<ds:DigestValue>{}</ds:DigestValue></ds:Reference></ds:SignedInfo><ds:SignatureValue/>
</ds:Signature>"""


def sign_manually(root: Any, extra_transform: str = "") -> str:
    """Return a response whose assertion is signed without a library for XML signatures."""
    assertion = find(root, "saml:Assertion")
    digest = base64.b64encode(hashlib.sha256(canonical(assertion, "xs")).digest()).decode()
    signature = etree.fromstring(_SIGNATURE.format(extra_transform, digest))
    info = canonical(find(signature, "ds:SignedInfo"))
    value = certificates.load_private_key(private_key("idp")).sign(info, PKCS1v15(), hashes.SHA256())
    find(signature, "ds:SignatureValue").text = base64.encodebytes(value).decode()
    assertion.insert(1, signature)
    return encode_root(root)


def canonical(element: Any, *prefixes: str) -> bytes:
    return etree.tostring(element, method="c14n", exclusive=True, inclusive_ns_prefixes=list(prefixes), with_tail=False)


def insert_placeholder(element: Any) -> None:
    """Insert the placeholder of the signature after the issuer."""
    xml_signatures.add_placeholder(element)
    element.insert(1, element[-1])


def decode(document: str) -> Any:
    return etree.fromstring(base64.b64decode(document))


def encode_root(root: Any) -> str:
    return encode(etree.tostring(root))


def encode(document: bytes | str) -> str:
    return base64.b64encode(document.encode() if isinstance(document, str) else document).decode()


def tampered_response(document: str, edit: Callable[[Any], object]) -> str:
    """Return a response that was edited after it was signed."""
    root = decode(document)
    edit(root)
    return encode_root(root)


def find(root: Any, path: str) -> Any:
    """Return one element by its prefixed path: ``find(root, ".//saml:NameID")``."""
    element = root.find(path, xml.NAMESPACES)
    assert element is not None, path
    return element


def duplicate(path: str) -> Callable[[Any], None]:
    """Return an edit that inserts a copy of one element, with another ID, after it."""

    def edit(root: Any) -> None:
        element = find(root, path)
        copy = etree.fromstring(etree.tostring(element))
        element.addnext(copy)
        for descendant in copy.iter():
            if "ID" in descendant.attrib:
                descendant.set("ID", "_second")

    return edit


def remove(path: str) -> Callable[[Any], None]:
    """Return an edit that removes one element."""

    def edit(root: Any) -> None:
        element = find(root, path)
        element.getparent().remove(element)

    return edit


def set_attributes(path: str, **attributes: str) -> Callable[[Any], None]:
    """Return an edit that sets attributes of one element. ``None`` removes an attribute."""

    def edit(root: Any) -> None:
        for name, value in attributes.items():
            if value is None:
                del find(root, path).attrib[name]
            else:
                find(root, path).set(name, value)

    return edit


def refusal(document: str, **changes: Any) -> str:
    """Return the error type of a response that must be refused."""
    return error_type_of(lambda: saml_response.verify(document, expected(**changes)))


def verify_or_refusal(document: str, **changes: Any) -> saml_response.Assertion | str:
    """Return the assertion of a response, or the error type of its refusal."""
    try:
        return saml_response.verify(document, expected(**changes))
    except StytchError as error:
        return error.kind.error_type if error.because else "no reason for the request log"


def error_type_of(call: Callable[[], Any]) -> str:
    """Return the error type of a call that must be refused, with a reason for the request log."""
    with pytest.raises(StytchError) as caught:
        call()
    assert caught.value.because, "no reason for the request log"
    return caught.value.kind.error_type


def now_plus(**delta: float) -> datetime:
    return NOW + timedelta(**delta)
