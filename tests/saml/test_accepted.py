"""What identity providers send, in all the forms that the standard allows."""

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
from tests.saml.world import (
    ADA,
    EMAIL_FORMAT,
    EVE,
    IDP,
    NOW,
    by_hand,
    certificate,
    closed,
    crafted,
    encoded,
    expected,
    find,
    key,
    later,
    opened,
    place,
    put,
    response,
)

SIGNED = ("assertion", "response", "both")


@pytest.mark.parametrize("sign", SIGNED)
@pytest.mark.parametrize("cipher", ["", *xml_signatures.CIPHERS])
def test_signed_and_encrypted_in_every_way(sign, cipher):
    said = response(sign=sign, encrypt_for=certificate("sp") if cipher else "", cipher=cipher)
    assert saml_response.verify(said, expected()) == saml_response.Assertion(
        response_id="_response",
        assertion_id="_assertion",
        issuer=IDP,
        name_id=ADA,
        name_id_format=EMAIL_FORMAT,
        attributes={"email": [ADA], "groups": ["engineering", "R&D <ops>"]},
        in_response_to="_request",
        session_index="_assertion",
        not_on_or_after=later(minutes=6),
    )
    assert (b"ada@" in base64.b64decode(said)) == (not cipher)


def on_a_curve():
    """A key on a curve, and its certificate."""
    made = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, "curve")])
    builder = x509.CertificateBuilder(name, name, made.public_key(), 1, NOW, later(days=1))
    pem = builder.sign(made, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()
    return made, certificates.parse_certificate(pem).pem


@pytest.mark.parametrize(
    "method",
    ["RSA_SHA256", "RSA_SHA384", "RSA_SHA512", "SHA256_RSA_MGF1", "SHA512_RSA_MGF1", "ECDSA_SHA256", "ECDSA_SHA384"],
)
def test_the_algorithms_of_today(method):
    signing, pem = on_a_curve() if method.startswith("EC") else (key("idp"), certificate("idp"))
    root = opened(response(sign="neither"))
    place(root)
    digest = DigestAlgorithm.SHA512 if method.endswith("512") else DigestAlgorithm.SHA256
    signer = XMLSigner(signature_algorithm=SignatureMethod[method], digest_algorithm=digest)
    said = closed(signer.sign(root, key=signing, cert=[x509.load_pem_x509_certificate(pem.encode())]))
    assert saml_response.verify(said, expected(certificates=(pem,))).name_id == ADA


@pytest.mark.parametrize("form", ["CANONICAL_XML_1_0", "CANONICAL_XML_1_1", "EXCLUSIVE_XML_CANONICALIZATION_1_0"])
def test_the_canonical_forms(form):
    root = opened(response(sign="neither"))
    place(root)
    signer = XMLSigner(c14n_algorithm=CanonicalizationMethod[form])
    said = closed(signer.sign(root, key=key("idp"), cert=certificate("idp")))
    assert saml_response.verify(said, expected()).name_id == ADA


def test_a_response_signed_by_hand_as_okta_does_it():
    """Typed values, their prefix kept by name, and lines broken wherever they like."""
    indented = etree.fromstring(base64.b64decode(response(sign="neither")), etree.XMLParser(remove_blank_text=True))
    text = etree.tostring(indented, pretty_print=True).decode()
    text = text.replace("<saml:Assertion ", f'<saml:Assertion xmlns:xs="{xml.XS}" ')
    text = text.replace("<saml:AttributeValue", f'<saml:AttributeValue xmlns:xsi="{xml.XSI}" xsi:type="xs:string"')
    said = by_hand(etree.fromstring(text))
    assert saml_response.verify(said, expected()).attributes == {
        "email": [ADA],
        "groups": ["engineering", "R&D <ops>"],
    }


def test_an_answer_to_nobody():
    assert saml_response.verify(response(in_response_to=""), expected(in_response_to=None)).in_response_to == ""


def test_any_of_the_connections_certificates():
    pems = (certificate("old"), certificate("idp"))
    assert saml_response.verify(response(), expected(certificates=pems)).name_id == ADA


def test_a_certificate_that_has_expired_still_verifies():
    """The key was pinned by hand. Certificates of identity providers are often past their date."""
    far = later(days=365 * 20)
    assert saml_response.verify(response(now=far), expected(now=far)).name_id == ADA


def test_the_signature_may_show_any_certificate():
    """What stands in the signature counts for nothing, for better or worse."""
    assert saml_response.verify(response(certificate=certificate("attacker")), expected()).name_id == ADA


def test_any_of_the_decryption_keys():
    said = response(encrypt_for=certificate("sp"))
    assert saml_response.verify(said, expected(decryption_keys=(key("old"), key("sp")))).name_id == ADA


def beside(root):
    """The wrapped key next to what it is for, not inside: how Shibboleth places it (xmlenc 3.5)."""
    holder = find(root, "saml:EncryptedAssertion")
    holder.append(find(holder, ".//xenc:EncryptedKey"))


def for_two(root):
    """Wrapped for another recipient first."""
    wrapped = find(root, ".//xenc:EncryptedKey")
    other = find(opened(response(encrypt_for=certificate("old"))), ".//xenc:EncryptedKey")
    wrapped.addprevious(other)


@pytest.mark.parametrize("edit", [beside, for_two])
def test_where_wrapped_keys_may_stand(edit):
    root = opened(response(encrypt_for=certificate("sp")))
    edit(root)
    assert saml_response.verify(closed(root), expected()).name_id == ADA


SHA = {"sha1": hashes.SHA1(), "sha256": hashes.SHA256(), "sha512": hashes.SHA512()}


@pytest.mark.parametrize("mask", [None, *SHA])
@pytest.mark.parametrize("digest", [None, *SHA])
@pytest.mark.parametrize("label", [None, b"label"])
def test_the_kinds_of_oaep(mask, digest, label):
    """xmlenc11 5.5.2: with another digest, another mask, a label; what isn't said is SHA-1."""
    root = opened(response(encrypt_for=certificate("sp")))
    wrapped = find(root, ".//xenc:EncryptedKey")
    value = find(wrapped, ".//xenc:CipherValue")
    private = certificates.load_private_key(key("sp"))
    usual = OAEP(MGF1(hashes.SHA1()), hashes.SHA1(), None)
    content_key = private.decrypt(base64.b64decode(value.text), usual)
    other = OAEP(MGF1(SHA[mask or "sha1"]), SHA[digest or "sha1"], label)
    value.text = base64.b64encode(private.public_key().encrypt(content_key, other)).decode()
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
    assert saml_response.verify(closed(root), expected()).name_id == ADA


def test_clocks_may_be_a_minute_apart():
    assert saml_response.verify(response(), expected(now=later(seconds=-60))).name_id == ADA
    assert saml_response.verify(response(), expected(now=later(minutes=5, seconds=59))).name_id == ADA


@pytest.mark.parametrize("sign", SIGNED)
def test_a_comment_does_not_cut_a_name_short(sign):
    """CVE-2017-11427 and its siblings: the canonical form has no comments, so the signature holds in spite of one."""
    said = base64.b64decode(response(name_id=f"{ADA}.{EVE}", sign=sign))
    commented = said.replace(f"{ADA}.{EVE}".encode(), f"{ADA}<!-- -->.{EVE}".encode())
    assert commented != said
    assert saml_response.verify(encoded(commented), expected()).name_id == f"{ADA}.{EVE}"


def test_comments_that_are_signed_do_not_cut_either():
    root = opened(response(sign="neither", name_id=f"{ADA}.{EVE}"))
    name_id = find(root, ".//saml:NameID")
    name_id.text = ADA
    name_id.append(etree.Comment("x"))
    name_id[0].tail = f".{EVE}"
    place(root)
    form = CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0_WITH_COMMENTS
    said = closed(XMLSigner(c14n_algorithm=form).sign(root, key=key("idp"), cert=certificate("idp")))
    assert saml_response.verify(said, expected()).name_id == f"{ADA}.{EVE}"


def test_character_data_and_references_are_text():
    said = base64.b64decode(response()).decode()
    said = said.replace("R&amp;D &lt;ops&gt;", "<![CDATA[R&D <o]]>&#112;s&gt;").replace(
        f">{ADA}<", f"><![CDATA[{ADA}]]><"
    )
    assert "CDATA" in said
    assert saml_response.verify(encoded(said), expected()).attributes == {
        "email": [ADA],
        "groups": ["engineering", "R&D <ops>"],
    }


def test_what_a_declaration_says_of_the_encoding_does_not_matter():
    said = base64.b64decode(response(name_id="ädä@acme.test"))
    declared = b'<?xml version="1.0" encoding="UTF-7"?>\n' + said
    assert saml_response.verify(encoded(declared), expected()).name_id == "ädä@acme.test"
    assert saml_response.verify(encoded(b"\xef\xbb\xbf" + said), expected()).name_id == "ädä@acme.test"


def test_line_ends_in_the_base64():
    said = response()
    assert (
        saml_response.verify("\r\n".join(said[i : i + 76] for i in range(0, len(said), 76)), expected()).name_id == ADA
    )


def test_a_confirmation_for_somebody_else_beside_ours():
    def edit(root):
        ours = find(root, ".//saml:SubjectConfirmation")
        for method in (saml_response.BEARER, "urn:oasis:names:tc:SAML:2.0:cm:holder-of-key"):
            other = xml.add_child(ours.getparent(), "saml:SubjectConfirmation", Method=method)
            xml.add_child(
                other,
                "saml:SubjectConfirmationData",
                Recipient="https://else.test",
                NotOnOrAfter="2026-01-01T00:00:00Z",
            )
            ours.addprevious(other)

    assert saml_response.verify(crafted(edit), expected()).name_id == ADA


def test_times_without_zone_or_with_fractions():
    edits = [put(".//saml:Conditions", NotBefore="2026-03-01T11:59:00.1234567Z", NotOnOrAfter="2026-03-01T12:05:00")]
    edits.append(put(".//saml:SubjectConfirmationData", NotOnOrAfter="2026-03-01T14:05:00.5+02:00"))
    said = crafted(lambda root: [edit(root) for edit in edits])
    assert saml_response.verify(said, expected()).not_on_or_after == later(minutes=6, seconds=0.5)


def test_what_a_wide_directory_sends():
    groups = [f"group-{n:04}-of-a-directory-with-long-names" for n in range(1500)]
    assert saml_response.verify(response(attributes={"groups": groups}), expected()).attributes == {"groups": groups}


def test_attributes_of_the_same_name_are_one():
    def edit(root):
        statement = find(root, ".//saml:AttributeStatement")
        xml.add_child(xml.add_child(statement, "saml:Attribute", Name="groups"), "saml:AttributeValue", "sales")

    assert saml_response.verify(crafted(edit), expected()).attributes["groups"] == [
        "engineering",
        "R&D <ops>",
        "sales",
    ]


def test_a_peek_believes_everything():
    assert saml_response.parse_unverified(response(sign="neither")) == (IDP, "_request")
    assert saml_response.parse_unverified(response(sign="neither", in_response_to="")) == (IDP, "")
    assert saml_response.parse_unverified(
        encoded('<r:Response xmlns:r="urn:oasis:names:tc:SAML:2.0:protocol" Version="2.0" ID="a"/>')
    ) == (
        "",
        "",
    )
