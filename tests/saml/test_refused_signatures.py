"""Responses with a missing or invalid signature."""

import base64
from types import SimpleNamespace

import pytest
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.signer import XMLSigner

from mockstytch.protocols.saml import saml_response, xml, xml_signatures
from tests.saml.helpers import (
    ADA,
    EVE,
    build_response,
    certificate,
    decode,
    encode_root,
    expected,
    find,
    insert_placeholder,
    private_key,
    refusal,
    remove,
    set_attributes,
    sign_manually,
    tampered_response,
)

SIGNED = ("assertion", "response", "both")


def test_unsigned_response_is_refused():
    assert refusal(build_response(sign="none")) == "missing_signature_saml_response"
    assert refusal(build_response(sign="none", encrypt_for=certificate("sp"))) == "missing_signature_saml_response"


@pytest.mark.parametrize("sign", SIGNED)
def test_signature_by_another_key_is_refused(sign):
    """The certificate inside the signature makes no difference."""
    for owner in ("attacker", "idp"):
        response = build_response(sign=sign, private_key=private_key("attacker"), certificate=certificate(owner))
        assert refusal(response) == "invalid_signature_saml_response"


@pytest.mark.parametrize("sign", SIGNED)
def test_connection_without_certificates_refuses_signatures(sign):
    assert refusal(build_response(sign=sign), certificates=()) == "invalid_signature_saml_response"


@pytest.mark.parametrize("sign", SIGNED)
@pytest.mark.parametrize("element", ["saml:NameID", "saml:AttributeValue", "saml:Audience"])
def test_changed_content_is_refused(sign, element):
    root = decode(build_response(sign=sign))
    find(root, f".//{element}").text = EVE
    assert refusal(encode_root(root)) == "invalid_signature_saml_response"


@pytest.mark.parametrize("invalid", ["samlp:Response", "saml:Assertion"])
def test_two_signatures_must_both_be_valid(invalid):
    root = decode(build_response(sign="both"))
    signed = root if invalid == "samlp:Response" else find(root, "saml:Assertion")
    value = find(signed, "ds:Signature/ds:SignatureValue")
    changed = bytearray(base64.b64decode(value.text))
    changed[0] ^= 1
    value.text = base64.b64encode(changed).decode()
    assert refusal(encode_root(root)) == "invalid_signature_saml_response"


def test_assertion_signed_by_another_key_in_a_signed_response_is_refused():
    forged = build_response(private_key=private_key("attacker"), certificate=certificate("attacker"))
    root = decode(forged)
    insert_placeholder(root)
    response = encode_root(xml_signatures.sign(root, private_key("idp"), certificate("idp")))
    assert refusal(response) == "invalid_signature_saml_response"


def test_encrypted_assertion_signed_by_another_key_is_refused():
    response = build_response(private_key=private_key("attacker"), encrypt_for=certificate("sp"))
    assert refusal(response) == "invalid_signature_saml_response"


@pytest.mark.parametrize("part", ["SignatureValue", "DigestValue", "SignedInfo", "Reference", "SignatureMethod"])
def test_signature_without_a_part_is_refused(part):
    assert refusal(tampered_response(build_response(), remove(f".//ds:{part}"))) == "invalid_signature_saml_response"


@pytest.mark.parametrize("part", ["SignatureValue", "DigestValue"])
def test_signature_with_an_empty_part_is_refused(part):
    root = decode(build_response())
    find(root, f".//ds:{part}").text = ""
    assert refusal(encode_root(root)) == "invalid_signature_saml_response"


def test_empty_signature_is_refused():
    root = decode(build_response(sign="none"))
    xml.add_child(find(root, "saml:Assertion"), "ds:Signature")
    assert refusal(encode_root(root)) == "invalid_signature_saml_response"


def signed_with(method=SignatureMethod.RSA_SHA256, digest=DigestAlgorithm.SHA256, secret=None):
    """Return a response that is signed with any algorithm, even if the library refuses to sign with it."""

    class AnyAlgorithmSigner(XMLSigner):
        def check_deprecated_methods(self):
            pass

    root = decode(build_response(sign="none"))
    insert_placeholder(root)
    canonicalization = CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0
    signer = AnyAlgorithmSigner(signature_algorithm=method, digest_algorithm=digest, c14n_algorithm=canonicalization)
    return encode_root(signer.sign(root, key=secret or private_key("idp"), cert=certificate("idp")))


def test_sha1_is_refused():
    assert saml_response.verify(signed_with(), expected()).name_id == ADA
    assert refusal(signed_with(method=SignatureMethod.RSA_SHA1)) == "invalid_signature_saml_response"
    assert refusal(signed_with(digest=DigestAlgorithm.SHA1)) == "invalid_signature_saml_response"


@pytest.mark.parametrize("secret", [certificate("idp"), certificate("idp").replace("\n", ""), "", "x"])
def test_hmac_with_the_certificate_as_secret_is_refused(secret):
    """The certificate is public. A verifier that lets the document choose HMAC accepts every forgery."""
    response = signed_with(method=SignatureMethod.HMAC_SHA256, secret=(secret or " ").encode())
    assert refusal(response) == "invalid_signature_saml_response"


@pytest.mark.parametrize("algorithm", ["", "http://example.test/none", "http://www.w3.org/2000/09/xmldsig#none"])
@pytest.mark.parametrize("element", ["SignatureMethod", "CanonicalizationMethod", "DigestMethod"])
def test_unknown_algorithm_is_refused(element, algorithm):
    assert (
        refusal(tampered_response(build_response(), set_attributes(f".//ds:{element}", Algorithm=algorithm)))
        == "invalid_signature_saml_response"
    )


@pytest.mark.parametrize(
    "algorithm",
    [
        "http://www.w3.org/TR/1999/REC-xslt-19991116",
        "http://www.w3.org/TR/1999/REC-xpath-19991116",
        "http://www.w3.org/2002/06/xmldsig-filter2",
        "http://www.w3.org/2000/09/xmldsig#base64",
        "",
    ],
)
def test_other_transform_is_refused(algorithm):
    for at in (0, 1):
        root = decode(build_response())
        root.findall(".//ds:Transform", xml.NAMESPACES)[at].set("Algorithm", algorithm)
        assert refusal(encode_root(root)) == "invalid_signature_saml_response"
    root = decode(build_response())
    etree.SubElement(find(root, ".//ds:Transforms"), xml.qualified_name("ds:Transform"), Algorithm=algorithm)
    assert refusal(encode_root(root)) == "invalid_signature_saml_response"


TRANSFORMS = [
    '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"/>',
    '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><ds:XPath>false()</ds:XPath></ds:Transform>',
    f'<ds:Transform Algorithm="{xml.DS}enveloped-signature"/>',
]


@pytest.mark.parametrize("transform", TRANSFORMS)
def test_signed_transform_is_refused(transform):
    """The library ignores transforms that it doesn't support."""
    assert saml_response.verify(sign_manually(decode(build_response(sign="none"))), expected()).name_id == ADA
    assert refusal(sign_manually(decode(build_response(sign="none")), transform)) == "invalid_signature_saml_response"


@pytest.mark.parametrize("sign", SIGNED)
def test_only_signed_content_is_read(sign, monkeypatch):
    """The assertion is read from the element that the verification returns, not from the document."""
    covered = decode(build_response(sign="none", name_id="signed@acme.test"))
    inner = find(covered, "saml:Assertion")
    by_tag = {covered.tag: covered, inner.tag: inner}
    monkeypatch.setattr(xml_signatures, "verify", lambda element, pems, error: by_tag[element.tag])
    assert saml_response.verify(build_response(sign=sign), expected()).name_id == "signed@acme.test"


@pytest.mark.parametrize(
    "result", [None, etree.Element("x"), etree.Element(xml.qualified_name("saml:Assertion"), ID="_other")]
)
def test_signature_that_covers_another_element_is_refused(result, monkeypatch):
    verified = SimpleNamespace(signed_xml=result)
    monkeypatch.setattr("signxml.verifier.XMLVerifier.verify", lambda *args, **options: verified)
    assert refusal(build_response()) == "invalid_signature_saml_response"


@pytest.mark.parametrize(
    "uri", ["", "#_response", "#_other", "#", "_assertion", "http://127.0.0.1:9/", "#xpointer(/)", None]
)
def test_reference_to_another_element_is_refused(uri):
    assert (
        refusal(tampered_response(build_response(), set_attributes(".//ds:Reference", URI=uri)))
        == "invalid_signature_saml_response"
    )


def test_two_references_are_refused():
    root = decode(build_response())
    reference = find(root, ".//ds:Reference")
    reference.addnext(etree.fromstring(etree.tostring(reference)))
    assert refusal(encode_root(root)) == "invalid_signature_saml_response"


@pytest.mark.parametrize("element", ["ds:SignedInfo", "ds:DigestValue", "ds:SignatureValue", "ds:KeyInfo"])
def test_comment_inside_a_signature_is_refused(element):
    """CVE-2025-29775: parsers read a digest that contains a comment in different ways."""
    root = decode(build_response())
    find(root, f".//{element}").append(etree.Comment("x"))
    assert refusal(encode_root(root)) == "invalid_signature_saml_response"
