"""A service provider, an identity provider and an attacker, and what they say to each other; no server in between."""

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
def key(whose: str) -> str:
    """The private key of ``idp``, ``sp``, ``attacker``…: PKCS1, made once for each process."""
    made = rsa.generate_private_key(65537, 2048)
    form = serialization.PrivateFormat.TraditionalOpenSSL
    return made.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


@cache
def certificate(whose: str) -> str:
    return certificates.self_signed(key(whose), whose, NOW)


def expected(**changes: Any) -> saml_response.ExpectedResponse:
    """What the service provider expects, unless changed."""
    usual: dict[str, Any] = {
        "acs_urls": (ACS,),
        "audiences": (AUDIENCE,),
        "idp_entity_id": IDP,
        "certificates": (certificate("idp"),),
        "decryption_keys": (key("sp"),),
        "now": NOW,
        "in_response_to": "_request",
    }
    return saml_response.ExpectedResponse(**{**usual, **changes})


PROTECTION = identity_provider.ResponseProtection.__struct_fields__


def response(**changes: Any) -> str:
    """What the identity provider says, unless changed."""
    usual: dict[str, Any] = {
        "issuer": IDP,
        "acs_url": ACS,
        "audience": AUDIENCE,
        "in_response_to": "_request",
        "name_id": ADA,
        "nameid_format": EMAIL_FORMAT,
        "attributes": {"email": [ADA], "groups": ["engineering", "R&D <ops>"]},
        "now": NOW,
        "private_key": key("idp"),
        "certificate": certificate("idp"),
        "response_id": "_response",
        "assertion_id": "_assertion",
    }
    usual |= changes
    protection = {name: usual.pop(name) for name in PROTECTION if name in usual}
    return identity_provider.build_response(
        identity_provider.ResponseContent(**usual), identity_provider.ResponseProtection(**protection)
    )


def crafted(edit: Callable[[Any], object], sign: str = "assertion", **changes: Any) -> str:
    """A response that was edited before the identity provider's key signed it: what only its owner could send."""
    root = opened(response(**{"sign": "neither", **changes}))
    edit(root)
    keys = changes.get("private_key", key("idp")), changes.get("certificate", certificate("idp"))
    if sign in ("assertion", "both"):
        assertion = root.find("saml:Assertion", xml.NAMESPACES)
        place(assertion)
        root.replace(assertion, xml_signatures.sign(etree.fromstring(etree.tostring(assertion)), *keys))
    if sign in ("response", "both"):
        place(root)
        root = xml_signatures.sign(root, *keys)
    return closed(root)


BY_HAND = """<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo>
<ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>
<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>
<ds:Reference URI="#_assertion"><ds:Transforms>
<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>{}
<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"><ec:InclusiveNamespaces
 xmlns:ec="http://www.w3.org/2001/10/xml-exc-c14n#" PrefixList="xs"/></ds:Transform>
</ds:Transforms><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>
<ds:DigestValue>{}</ds:DigestValue></ds:Reference></ds:SignedInfo><ds:SignatureValue/>
</ds:Signature>"""


def by_hand(root: Any, more_transforms: str = "") -> str:
    """A response whose assertion is signed without any library for it."""
    assertion = find(root, "saml:Assertion")
    digest = base64.b64encode(hashlib.sha256(canonical(assertion, "xs")).digest()).decode()
    signature = etree.fromstring(BY_HAND.format(more_transforms, digest))
    info = canonical(find(signature, "ds:SignedInfo"))
    value = certificates.load_private_key(key("idp")).sign(info, PKCS1v15(), hashes.SHA256())
    find(signature, "ds:SignatureValue").text = base64.encodebytes(value).decode()
    assertion.insert(1, signature)
    return closed(root)


def canonical(element: Any, *prefixes: str) -> bytes:
    return etree.tostring(element, method="c14n", exclusive=True, inclusive_ns_prefixes=list(prefixes), with_tail=False)


def place(element: Any) -> None:
    xml_signatures.add_placeholder(element)
    element.insert(1, element[-1])


def opened(document: str) -> Any:
    return etree.fromstring(base64.b64decode(document))


def closed(root: Any) -> str:
    return encoded(etree.tostring(root))


def encoded(document: bytes | str) -> str:
    return base64.b64encode(document.encode() if isinstance(document, str) else document).decode()


def find(root: Any, path: str) -> Any:
    """One element by its prefixed path: ``find(root, ".//saml:NameID")``."""
    found = root.find(path, xml.NAMESPACES)
    assert found is not None, path
    return found


def drop(path: str) -> Callable[[Any], None]:
    """An edit that takes one element away."""

    def edit(root: Any) -> None:
        element = find(root, path)
        element.getparent().remove(element)

    return edit


def put(path: str, **attributes: str) -> Callable[[Any], None]:
    """An edit that sets attributes of one element; ``None`` takes them away."""

    def edit(root: Any) -> None:
        for name, value in attributes.items():
            if value is None:
                del find(root, path).attrib[name]
            else:
                find(root, path).set(name, value)

    return edit


def why(document: str, **changes: Any) -> str:
    """The error type of a response that is refused."""
    return error_of(lambda: saml_response.verify(document, expected(**changes)))


def tried(document: str, **changes: Any) -> saml_response.Assertion | str:
    """What a response says, or the error type of its refusal."""
    try:
        return saml_response.verify(document, expected(**changes))
    except StytchError as refusal:
        return refusal.kind.error_type if refusal.because else "no reason for the request log"


def error_of(call: Callable[[], Any]) -> str:
    with pytest.raises(StytchError) as caught:
        call()
    assert caught.value.because, "no reason for the request log"
    return caught.value.kind.error_type


def later(**delta: float) -> datetime:
    return NOW + timedelta(**delta)
