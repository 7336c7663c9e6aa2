"""Responses that must be accepted: all forms that the standard allows and identity providers send."""

import base64

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.signer import XMLSigner

from mockstytch.protocols.saml import certificates, saml_response, xml, xml_signatures
from tests.saml.helpers import (
    ADA,
    EMAIL_FORMAT,
    EVE,
    IDP,
    NOW,
    build_response,
    certificate,
    decode,
    edited_response,
    encode,
    encode_root,
    expected,
    find,
    insert_placeholder,
    now_plus,
    private_key,
    set_attributes,
    sign_manually,
)

SIGNED = ("assertion", "response", "both")


@pytest.mark.parametrize("sign", SIGNED)
@pytest.mark.parametrize("cipher", ["", *xml_signatures.CIPHERS])
def test_every_signature_and_cipher_is_accepted(sign, cipher):
    response = build_response(sign=sign, encrypt_for=certificate("sp") if cipher else "", cipher=cipher)
    assert saml_response.verify(response, expected()) == saml_response.Assertion(
        response_id="_response",
        assertion_id="_assertion",
        issuer=IDP,
        name_id=ADA,
        name_id_format=EMAIL_FORMAT,
        attributes={"email": [ADA], "groups": ["engineering", "R&D <ops>"]},
        in_response_to="_request",
        session_index="_assertion",
        not_on_or_after=now_plus(minutes=6),
    )
    assert (b"ada@" in base64.b64decode(response)) == (not cipher)


def elliptic_curve_key():
    """Return an elliptic curve key and its certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, "curve")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, NOW, now_plus(days=1))
    pem = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()
    return key, certificates.parse_certificate(pem).pem


@pytest.mark.parametrize(
    "method",
    ["RSA_SHA256", "RSA_SHA384", "RSA_SHA512", "SHA256_RSA_MGF1", "SHA512_RSA_MGF1", "ECDSA_SHA256", "ECDSA_SHA384"],
)
def test_current_algorithms_are_accepted(method):
    signing_key, pem = elliptic_curve_key() if method.startswith("EC") else (private_key("idp"), certificate("idp"))
    root = decode(build_response(sign="none"))
    insert_placeholder(root)
    digest = DigestAlgorithm.SHA512 if method.endswith("512") else DigestAlgorithm.SHA256
    signer = XMLSigner(signature_algorithm=SignatureMethod[method], digest_algorithm=digest)
    response = encode_root(signer.sign(root, key=signing_key, cert=[x509.load_pem_x509_certificate(pem.encode())]))
    assert saml_response.verify(response, expected(certificates=(pem,))).name_id == ADA


@pytest.mark.parametrize("form", ["CANONICAL_XML_1_0", "CANONICAL_XML_1_1", "EXCLUSIVE_XML_CANONICALIZATION_1_0"])
def test_canonicalizations_are_accepted(form):
    root = decode(build_response(sign="none"))
    insert_placeholder(root)
    signer = XMLSigner(c14n_algorithm=CanonicalizationMethod[form])
    response = encode_root(signer.sign(root, key=private_key("idp"), cert=certificate("idp")))
    assert saml_response.verify(response, expected()).name_id == ADA


def test_response_in_oktas_form_is_accepted():
    """Okta sends typed values, an inclusive prefix list and line breaks between elements."""
    indented = etree.fromstring(base64.b64decode(build_response(sign="none")), etree.XMLParser(remove_blank_text=True))
    text = etree.tostring(indented, pretty_print=True).decode()
    text = text.replace("<saml:Assertion ", f'<saml:Assertion xmlns:xs="{xml.XS}" ')
    text = text.replace("<saml:AttributeValue", f'<saml:AttributeValue xmlns:xsi="{xml.XSI}" xsi:type="xs:string"')
    response = sign_manually(etree.fromstring(text))
    assert saml_response.verify(response, expected()).attributes == {
        "email": [ADA],
        "groups": ["engineering", "R&D <ops>"],
    }


def test_login_started_at_the_identity_provider_is_accepted():
    assert saml_response.verify(build_response(in_response_to=""), expected(in_response_to=None)).in_response_to == ""


def test_any_certificate_of_the_connection_verifies():
    pems = (certificate("old"), certificate("idp"))
    assert saml_response.verify(build_response(), expected(certificates=pems)).name_id == ADA


def test_expired_certificate_verifies():
    """An admin configured the key, and certificates of identity providers are often expired."""
    later = now_plus(days=365 * 20)
    assert saml_response.verify(build_response(now=later), expected(now=later)).name_id == ADA


def test_certificate_inside_the_signature_is_ignored():
    assert saml_response.verify(build_response(certificate=certificate("attacker")), expected()).name_id == ADA


def test_any_decryption_key_decrypts():
    response = build_response(encrypt_for=certificate("sp"))
    assert (
        saml_response.verify(response, expected(decryption_keys=(private_key("old"), private_key("sp")))).name_id == ADA
    )


def move_key_out_of_the_data(root):
    """Put the wrapped key next to the encrypted data, as Shibboleth does (xmlenc 3.5)."""
    encrypted = find(root, "saml:EncryptedAssertion")
    encrypted.append(find(encrypted, ".//xenc:EncryptedKey"))


def add_key_of_another_recipient(root):
    """Insert a key that is wrapped for another recipient first."""
    wrapped = find(root, ".//xenc:EncryptedKey")
    other = find(decode(build_response(encrypt_for=certificate("old"))), ".//xenc:EncryptedKey")
    wrapped.addprevious(other)


@pytest.mark.parametrize("edit", [move_key_out_of_the_data, add_key_of_another_recipient])
def test_wrapped_key_is_found(edit):
    root = decode(build_response(encrypt_for=certificate("sp")))
    edit(root)
    assert saml_response.verify(encode_root(root), expected()).name_id == ADA


SHA = {"sha1": hashes.SHA1(), "sha256": hashes.SHA256(), "sha512": hashes.SHA512()}


@pytest.mark.parametrize("mask", [None, *SHA])
@pytest.mark.parametrize("digest", [None, *SHA])
@pytest.mark.parametrize("label", [None, b"label"])
def test_every_variant_of_oaep_is_accepted(mask, digest, label):
    """xmlenc11 5.5.2: digest, mask and label are optional. The default is SHA-1."""
    root = decode(build_response(encrypt_for=certificate("sp")))
    wrapped = find(root, ".//xenc:EncryptedKey")
    value = find(wrapped, ".//xenc:CipherValue")
    key = certificates.load_private_key(private_key("sp"))
    default = OAEP(MGF1(hashes.SHA1()), hashes.SHA1(), None)
    content_key = key.decrypt(base64.b64decode(value.text), default)
    variant = OAEP(MGF1(SHA[mask or "sha1"]), SHA[digest or "sha1"], label)
    value.text = base64.b64encode(key.public_key().encrypt(content_key, variant)).decode()
    wrapped.remove(find(wrapped, "xenc:EncryptionMethod"))
    method = xml.create_root("xenc:EncryptionMethod", "xenc", Algorithm=f"{xml.XENC11}rsa-oaep")
    wrapped.insert(0, method)
    if label:
        xml.add_child(method, "xenc:OAEPparams", base64.b64encode(label).decode())
    if digest:
        namespace = xml.DS if digest == "sha1" else xml.XENC
        xml.add_child(method, "ds:DigestMethod", Algorithm=f"{namespace}{digest}")
    if mask:
        xml.add_child(method, "xenc11:MGF", Algorithm=f"{xml.XENC11}mgf1{mask}")
    assert saml_response.verify(encode_root(root), expected()).name_id == ADA


def test_clock_skew_of_a_minute_is_accepted():
    assert saml_response.verify(build_response(), expected(now=now_plus(seconds=-60))).name_id == ADA
    assert saml_response.verify(build_response(), expected(now=now_plus(minutes=5, seconds=59))).name_id == ADA


@pytest.mark.parametrize("sign", SIGNED)
def test_comment_does_not_truncate_the_name_id(sign):
    """CVE-2017-11427 and similar: a comment leaves the signature valid, because the canonical form has no comments."""
    response = base64.b64decode(build_response(name_id=f"{ADA}.{EVE}", sign=sign))
    commented = response.replace(f"{ADA}.{EVE}".encode(), f"{ADA}<!-- -->.{EVE}".encode())
    assert commented != response
    assert saml_response.verify(encode(commented), expected()).name_id == f"{ADA}.{EVE}"


def test_signed_comment_does_not_truncate_the_name_id():
    root = decode(build_response(sign="none", name_id=f"{ADA}.{EVE}"))
    name_id = find(root, ".//saml:NameID")
    name_id.text = ADA
    name_id.append(etree.Comment("x"))
    name_id[0].tail = f".{EVE}"
    insert_placeholder(root)
    method = CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0_WITH_COMMENTS
    response = encode_root(XMLSigner(c14n_algorithm=method).sign(root, key=private_key("idp"), cert=certificate("idp")))
    assert saml_response.verify(response, expected()).name_id == f"{ADA}.{EVE}"


def test_cdata_and_character_references_are_text():
    response = base64.b64decode(build_response()).decode()
    response = response.replace("R&amp;D &lt;ops&gt;", "<![CDATA[R&D <o]]>&#112;s&gt;").replace(
        f">{ADA}<", f"><![CDATA[{ADA}]]><"
    )
    assert "CDATA" in response
    assert saml_response.verify(encode(response), expected()).attributes == {
        "email": [ADA],
        "groups": ["engineering", "R&D <ops>"],
    }


def test_declared_encoding_is_ignored():
    response = base64.b64decode(build_response(name_id="ädä@acme.test"))
    declared = b'<?xml version="1.0" encoding="UTF-7"?>\n' + response
    assert saml_response.verify(encode(declared), expected()).name_id == "ädä@acme.test"
    assert saml_response.verify(encode(b"\xef\xbb\xbf" + response), expected()).name_id == "ädä@acme.test"


def test_line_ends_in_base64_are_accepted():
    response = build_response()
    assert (
        saml_response.verify("\r\n".join(response[i : i + 76] for i in range(0, len(response), 76)), expected()).name_id
        == ADA
    )


def test_confirmations_for_other_recipients_are_ignored():
    def edit(root):
        confirmation = find(root, ".//saml:SubjectConfirmation")
        for method in (saml_response.BEARER, "urn:oasis:names:tc:SAML:2.0:cm:holder-of-key"):
            other = xml.add_child(confirmation.getparent(), "saml:SubjectConfirmation", Method=method)
            xml.add_child(
                other,
                "saml:SubjectConfirmationData",
                Recipient="https://else.test",
                NotOnOrAfter="2026-01-01T00:00:00Z",
            )
            confirmation.addprevious(other)

    assert saml_response.verify(edited_response(edit), expected()).name_id == ADA


def test_times_without_zone_or_with_fractions_are_accepted():
    edits = [
        set_attributes(
            ".//saml:Conditions", NotBefore="2026-03-01T11:59:00.1234567Z", NotOnOrAfter="2026-03-01T12:05:00"
        )
    ]
    edits.append(set_attributes(".//saml:SubjectConfirmationData", NotOnOrAfter="2026-03-01T14:05:00.5+02:00"))
    response = edited_response(lambda root: [edit(root) for edit in edits])
    assert saml_response.verify(response, expected()).not_on_or_after == now_plus(minutes=6, seconds=0.5)


def test_many_groups_are_accepted():
    groups = [f"group-{n:04}-of-a-directory-with-long-names" for n in range(1500)]
    assert saml_response.verify(build_response(attributes={"groups": groups}), expected()).attributes == {
        "groups": groups
    }


def test_attributes_of_the_same_name_are_merged():
    def edit(root):
        statement = find(root, ".//saml:AttributeStatement")
        xml.add_child(xml.add_child(statement, "saml:Attribute", Name="groups"), "saml:AttributeValue", "sales")

    assert saml_response.verify(edited_response(edit), expected()).attributes["groups"] == [
        "engineering",
        "R&D <ops>",
        "sales",
    ]


def test_parse_unverified_accepts_unsigned_responses():
    assert saml_response.parse_unverified(build_response(sign="none")) == (IDP, "_request")
    assert saml_response.parse_unverified(build_response(sign="none", in_response_to="")) == (IDP, "")
    assert saml_response.parse_unverified(
        encode('<r:Response xmlns:r="urn:oasis:names:tc:SAML:2.0:protocol" Version="2.0" ID="a"/>')
    ) == (
        "",
        "",
    )


def test_key_of_the_signature_can_come_with_its_certificate():
    """Some identity providers send both. Only the connection's certificate counts."""
    root = decode(build_response(sign="assertion"))
    numbers = certificates.load_private_key(private_key("idp")).public_key().public_numbers()
    key_value = xml.add_child(xml.add_child(find(root, ".//ds:KeyInfo"), "ds:KeyValue"), "ds:RSAKeyValue")
    for name, number in (("Modulus", numbers.n), ("Exponent", numbers.e)):
        octets = number.to_bytes((number.bit_length() + 7) // 8, "big")
        xml.add_child(key_value, f"ds:{name}", base64.b64encode(octets).decode())
    assert saml_response.verify(encode_root(root), expected()).name_id == ADA


def test_signature_of_the_response_can_follow_the_signed_assertion():
    """The response's own signature counts, not the first one in the document."""
    root = decode(build_response(sign="both"))
    root.append(find(root, "ds:Signature"))
    assert saml_response.verify(encode_root(root), expected()).name_id == ADA
