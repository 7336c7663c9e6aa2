"""What is refused, each with its own error: bad XML, bad signatures, and words that are meant for others."""

import base64
import zlib
from datetime import timedelta
from types import SimpleNamespace

import pytest
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.signer import XMLSigner

from mockstytch.protocols.saml import saml_response, xml, xml_signatures
from tests.saml.world import (
    ADA,
    AUDIENCE,
    EVE,
    by_hand,
    certificate,
    closed,
    crafted,
    drop,
    encoded,
    error_of,
    expected,
    find,
    key,
    later,
    opened,
    place,
    put,
    response,
    why,
)

SIGNED = ("assertion", "response", "both")


# The document


def test_nothing():
    assert why("") == "missing_saml_response"
    assert error_of(lambda: saml_response.parse_unverified("")) == "missing_saml_response"


BOMB = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
DOCUMENTS = {
    "no base64": "%%%",
    "beyond ASCII": "ünïcode",
    "no XML": encoded("hello"),
    "empty": encoded("") or "====",
    "two roots": encoded("<a/><b/>"),
    "cut off": encoded(base64.b64decode(response())[:-20]),
    "an unknown entity": encoded("<a>&lol;</a>"),
    "an unknown prefix": encoded("<p:Response/>"),
    "an attribute twice": encoded('<a b="1" b="2"/>'),
    "a NUL": encoded(b"<a>\0</a>"),
    "not UTF-8": encoded(b"<a>\xff</a>"),
    "UTF-16": encoded("<a/>".encode("utf-16")),
    "deflated": encoded(zlib.compress(b"<a/>")),
    "a document type": encoded("<!DOCTYPE a><a/>"),
    "a document type in UTF-7": encoded('<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE a+AD4-<a/>'),
    "a billion laughs": encoded(f'<!DOCTYPE a [<!ENTITY l0 "lol">{BOMB}]><a>&l9;</a>'),
    "a billion laughs in an attribute": encoded(f'<!DOCTYPE a [<!ENTITY l0 "lol">{BOMB}]><a b="&l9;"/>'),
    "a file": encoded('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'),
    "another server": encoded('<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd"><a/>'),
    "a parameter entity": encoded('<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x"> %x;]><a/>'),
}


@pytest.mark.parametrize("which", DOCUMENTS)
def test_no_xml_that_is_taken(which):
    assert why(DOCUMENTS[which]) == "invalid_xml_saml_response"
    assert error_of(lambda: saml_response.parse_unverified(DOCUMENTS[which])) == "invalid_xml_saml_response"


def test_another_document():
    assert why(encoded("<a/>")) == "invalid_saml_response"
    assert why(encoded(f'<Assertion xmlns="{xml.SAML}" Version="2.0" ID="a"/>')) == "invalid_saml_response"
    assert why(encoded(f'<Response xmlns="{xml.SAMLP}" Version="1.1" ID="a"/>')) == "invalid_saml_response"
    assert why(encoded(f'<Response xmlns="{xml.SAMLP}" Version="2.0"/>')) == "invalid_saml_response"


@pytest.mark.parametrize("status", ["Requester", "Responder", "VersionMismatch"])
def test_the_identity_provider_said_no(status):
    """Signed or not: nobody gets in by it."""
    said = f"urn:oasis:names:tc:SAML:2.0:status:{status}"
    assert why(response(status=said, sign="neither")) == "failed_saml_response"
    assert why(response(status=said, sign="response")) == "failed_saml_response"


def test_no_single_status():
    assert why(crafted(drop("samlp:Status"))) == "invalid_saml_response"
    double = crafted(
        lambda root: xml.add_child(find(root, "samlp:Status"), "samlp:StatusCode", Value=saml_response.SUCCESS)
    )
    assert why(double) == "invalid_saml_response"
    failed = crafted(put("samlp:Status/samlp:StatusCode", Value=""))
    assert why(failed) == "failed_saml_response"


# Signatures


def test_no_signature():
    assert why(response(sign="neither")) == "missing_signature_saml_response"
    assert why(response(sign="neither", encrypt_for=certificate("sp"))) == "missing_signature_saml_response"


@pytest.mark.parametrize("sign", SIGNED)
def test_a_signature_by_another_key(sign):
    """… whether it shows the certificate of that key, or the connection's."""
    for shown in ("attacker", "idp"):
        said = response(sign=sign, private_key=key("attacker"), certificate=certificate(shown))
        assert why(said) == "invalid_signature_saml_response"


@pytest.mark.parametrize("sign", SIGNED)
def test_a_connection_without_certificates(sign):
    assert why(response(sign=sign), certificates=()) == "invalid_signature_saml_response"


@pytest.mark.parametrize("sign", SIGNED)
@pytest.mark.parametrize("changed", ["saml:NameID", "saml:AttributeValue", "saml:Audience"])
def test_content_that_was_changed(sign, changed):
    root = opened(response(sign=sign))
    find(root, f".//{changed}").text = EVE
    assert why(closed(root)) == "invalid_signature_saml_response"


@pytest.mark.parametrize("bad", ["samlp:Response", "saml:Assertion"])
def test_one_of_two_signatures_is_bad(bad):
    """The other one doesn't make up for it, whichever it is."""
    root = opened(response(sign="both"))
    holder = root if bad == "samlp:Response" else find(root, "saml:Assertion")
    value = find(holder, "ds:Signature/ds:SignatureValue")
    changed = bytearray(base64.b64decode(value.text))
    changed[0] ^= 1
    value.text = base64.b64encode(changed).decode()
    assert why(closed(root)) == "invalid_signature_saml_response"


def test_the_assertion_inside_is_signed_by_another():
    """The response is signed by the one who was asked, what it carries by somebody else."""
    foreign = response(private_key=key("attacker"), certificate=certificate("attacker"))
    root = opened(foreign)
    place(root)
    said = closed(xml_signatures.sign(root, key("idp"), certificate("idp")))
    assert why(said) == "invalid_signature_saml_response"


def test_an_encrypted_assertion_signed_by_another():
    said = response(private_key=key("attacker"), encrypt_for=certificate("sp"))
    assert why(said) == "invalid_signature_saml_response"


@pytest.mark.parametrize("part", ["SignatureValue", "DigestValue", "SignedInfo", "Reference", "SignatureMethod"])
def test_a_signature_without_one_of_its_parts(part):
    assert why(closed_after(response(), drop(f".//ds:{part}"))) == "invalid_signature_saml_response"


@pytest.mark.parametrize("part", ["SignatureValue", "DigestValue"])
def test_a_signature_with_an_empty_part(part):
    root = opened(response())
    find(root, f".//ds:{part}").text = ""
    assert why(closed(root)) == "invalid_signature_saml_response"


def closed_after(said, edit):
    root = opened(said)
    edit(root)
    return closed(root)


def test_an_empty_signature():
    root = opened(response(sign="neither"))
    xml.add_child(find(root, "saml:Assertion"), "ds:Signature")
    assert why(closed(root)) == "invalid_signature_saml_response"


def signed_with(method=SignatureMethod.RSA_SHA256, digest=DigestAlgorithm.SHA256, secret=None):
    """A response signed in a way that the library advises against."""

    class Careless(XMLSigner):
        def check_deprecated_methods(self):
            pass

    root = opened(response(sign="neither"))
    place(root)
    form = CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0
    signer = Careless(signature_algorithm=method, digest_algorithm=digest, c14n_algorithm=form)
    return closed(signer.sign(root, key=secret or key("idp"), cert=certificate("idp")))


def test_algorithms_of_yesterday():
    assert saml_response.verify(signed_with(), expected()).name_id == ADA
    assert why(signed_with(method=SignatureMethod.RSA_SHA1)) == "invalid_signature_saml_response"
    assert why(signed_with(digest=DigestAlgorithm.SHA1)) == "invalid_signature_saml_response"


@pytest.mark.parametrize("secret", [certificate("idp"), certificate("idp").replace("\n", ""), "", "x"])
def test_the_certificate_as_a_shared_secret(secret):
    """It is public: a verifier that lets the document choose HMAC takes anybody's word."""
    said = signed_with(method=SignatureMethod.HMAC_SHA256, secret=(secret or " ").encode())
    assert why(said) == "invalid_signature_saml_response"


@pytest.mark.parametrize("algorithm", ["", "http://example.test/none", "http://www.w3.org/2000/09/xmldsig#none"])
@pytest.mark.parametrize("element", ["SignatureMethod", "CanonicalizationMethod", "DigestMethod"])
def test_an_algorithm_that_is_not_known(element, algorithm):
    assert (
        why(closed_after(response(), put(f".//ds:{element}", Algorithm=algorithm))) == "invalid_signature_saml_response"
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
def test_transforms_that_could_hide_something(algorithm):
    for at in (0, 1):
        root = opened(response())
        root.findall(".//ds:Transform", xml.NAMESPACES)[at].set("Algorithm", algorithm)
        assert why(closed(root)) == "invalid_signature_saml_response"
    root = opened(response())
    etree.SubElement(find(root, ".//ds:Transforms"), xml.qualified_name("ds:Transform"), Algorithm=algorithm)
    assert why(closed(root)) == "invalid_signature_saml_response"


TRANSFORMS = [
    '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"/>',
    '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><ds:XPath>false()</ds:XPath></ds:Transform>',
    f'<ds:Transform Algorithm="{xml.DS}enveloped-signature"/>',
]


@pytest.mark.parametrize("transform", TRANSFORMS)
def test_a_transform_that_its_owner_signed(transform):
    """The library passes over those that it doesn't know, as if they changed nothing."""
    assert saml_response.verify(by_hand(opened(response(sign="neither"))), expected()).name_id == ADA
    assert why(by_hand(opened(response(sign="neither")), transform)) == "invalid_signature_saml_response"


@pytest.mark.parametrize("sign", SIGNED)
def test_nothing_but_what_was_signed_is_read(sign, monkeypatch):
    """What the verification returns counts, not the document that came."""
    covered = opened(response(sign="neither", name_id="signed@acme.test"))
    inner = find(covered, "saml:Assertion")
    by_tag = {covered.tag: covered, inner.tag: inner}
    monkeypatch.setattr(xml_signatures, "verify", lambda element, pems, error: by_tag[element.tag])
    assert saml_response.verify(response(sign=sign), expected()).name_id == "signed@acme.test"


@pytest.mark.parametrize(
    "result", [None, etree.Element("x"), etree.Element(xml.qualified_name("saml:Assertion"), ID="_other")]
)
def test_a_verifier_that_verified_something_else(result, monkeypatch):
    verdict = SimpleNamespace(signed_xml=result)
    monkeypatch.setattr("signxml.verifier.XMLVerifier.verify", lambda *args, **options: verdict)
    assert why(response()) == "invalid_signature_saml_response"


@pytest.mark.parametrize(
    "uri", ["", "#_response", "#_other", "#", "_assertion", "http://127.0.0.1:9/", "#xpointer(/)", None]
)
def test_a_signature_over_something_else(uri):
    assert why(closed_after(response(), put(".//ds:Reference", URI=uri))) == "invalid_signature_saml_response"


def test_two_references():
    root = opened(response())
    reference = find(root, ".//ds:Reference")
    reference.addnext(etree.fromstring(etree.tostring(reference)))
    assert why(closed(root)) == "invalid_signature_saml_response"


@pytest.mark.parametrize("inside", ["ds:SignedInfo", "ds:DigestValue", "ds:SignatureValue", "ds:KeyInfo"])
def test_comments_inside_a_signature(inside):
    """CVE-2025-29775: a digest that a comment splits is read differently by different readers."""
    root = opened(response())
    find(root, f".//{inside}").append(etree.Comment("x"))
    assert why(closed(root)) == "invalid_signature_saml_response"


# What is meant for others

ELSEWHERE = "https://else.test"
MISMATCHES = {
    "issuer": (response(issuer=ELSEWHERE), "invalid_saml_response"),
    "issuer of the response only": (
        crafted(lambda r: setattr(find(r, "saml:Issuer"), "text", ELSEWHERE)),
        "invalid_saml_response",
    ),
    "issuer of the assertion only": (
        crafted(lambda r: setattr(find(r, "saml:Assertion/saml:Issuer"), "text", ELSEWHERE)),
        "invalid_saml_response",
    ),
    "audience": (response(audience=ELSEWHERE), "invalid_audience_saml_response"),
    "an address that begins like ours": (response(audience=AUDIENCE + ".evil.test"), "invalid_audience_saml_response"),
    "no audience": (crafted(drop(".//saml:AudienceRestriction")), "invalid_audience_saml_response"),
    "an empty audience": (response(audience=""), "invalid_audience_saml_response"),
    "destination": (crafted(put(".", Destination=ELSEWHERE)), "invalid_saml_response"),
    "an empty destination": (crafted(put(".", Destination="")), "invalid_saml_response"),
    "recipient": (crafted(put(".//saml:SubjectConfirmationData", Recipient=ELSEWHERE)), "invalid_saml_response"),
    "no recipient": (crafted(put(".//saml:SubjectConfirmationData", Recipient=None)), "invalid_saml_response"),
    "recipient and destination": (response(acs_url=ELSEWHERE), "invalid_saml_response"),
    "another request": (response(in_response_to="_other"), "unsolicited_saml_response"),
    "no request": (response(in_response_to=""), "unsolicited_saml_response"),
    "another request, in the response only": (crafted(put(".", InResponseTo="_other")), "unsolicited_saml_response"),
    "another request, in the assertion only": (
        crafted(put(".//saml:SubjectConfirmationData", InResponseTo="_other")),
        "unsolicited_saml_response",
    ),
    "no request, in the assertion only": (
        crafted(put(".//saml:SubjectConfirmationData", InResponseTo=None)),
        "unsolicited_saml_response",
    ),
    "a past": (response(now=later(minutes=-7)), "expired_saml_response"),
    "a future": (response(now=later(minutes=7)), "not_yet_valid_saml_response"),
}


@pytest.mark.parametrize("which", MISMATCHES)
def test_a_response_for_another(which):
    said, refusal = MISMATCHES[which]
    assert why(said) == refusal


@pytest.mark.parametrize("which", ["no request", "another request"])
def test_an_answer_to_a_request_where_none_was_made(which):
    assert why(response(), in_response_to=None) == "unsolicited_saml_response"
    halves = [put(".", InResponseTo=None), put(".//saml:SubjectConfirmationData", InResponseTo=None)]
    for half in halves:
        assert why(crafted(half), in_response_to=None) == "unsolicited_saml_response"


def test_a_connection_without_entity_id():
    assert why(response(issuer=""), idp_entity_id="") == "invalid_saml_response"
    assert why(response(), idp_entity_id="") == "invalid_saml_response"


def test_each_restriction_has_to_hold():
    def edit(root):
        second = xml.add_child(find(root, ".//saml:Conditions"), "saml:AudienceRestriction")
        xml.add_child(second, "saml:Audience", ELSEWHERE)

    assert why(crafted(edit)) == "invalid_audience_saml_response"


def test_each_audience_of_a_restriction_will_do():
    def edit(root):
        find(root, ".//saml:Audience").addprevious(other := xml.create_root("saml:Audience", "saml"))
        other.text = ELSEWHERE

    assert saml_response.verify(crafted(edit), expected()).name_id == ADA


# Times


@pytest.mark.parametrize("sign", SIGNED)
def test_the_ends_of_its_time(sign):
    assert why(response(sign=sign), now=later(minutes=6)) == "expired_saml_response"
    assert why(response(sign=sign), now=later(seconds=-61)) == "not_yet_valid_saml_response"
    assert why(response(sign=sign, valid_for=timedelta(0)), now=later(seconds=60)) == "expired_saml_response"


PAST, FUTURE = "2026-03-01T11:00:00Z", "2026-03-01T13:00:00Z"
TIMES = {
    "conditions over": (put(".//saml:Conditions", NotOnOrAfter=PAST), "expired_saml_response"),
    "conditions to come": (put(".//saml:Conditions", NotBefore=FUTURE), "not_yet_valid_saml_response"),
    "confirmation over": (put(".//saml:SubjectConfirmationData", NotOnOrAfter=PAST), "expired_saml_response"),
    "confirmation to come": (put(".//saml:SubjectConfirmationData", NotBefore=FUTURE), "not_yet_valid_saml_response"),
    "confirmation for ever": (put(".//saml:SubjectConfirmationData", NotOnOrAfter=None), "invalid_saml_response"),
    "session over": (put(".//saml:AuthnStatement", SessionNotOnOrAfter=PAST), "expired_saml_response"),
    "no time": (put(".//saml:Conditions", NotOnOrAfter="soon"), "invalid_saml_response"),
    "an empty time": (put(".//saml:Conditions", NotBefore=""), "invalid_saml_response"),
    "no such day": (put(".//saml:Conditions", NotOnOrAfter="2026-02-30T00:00:00Z"), "invalid_saml_response"),
    "before all time": (put(".//saml:Conditions", NotOnOrAfter="0001-01-01T00:00:00+14:00"), "invalid_saml_response"),
    "a date": (put(".//saml:Conditions", NotOnOrAfter="2099-01-01"), "invalid_saml_response"),
}


@pytest.mark.parametrize("which", TIMES)
def test_times(which):
    edit, refusal = TIMES[which]
    assert why(crafted(edit)) == refusal


def test_until_the_last_moment():
    said = crafted(put(".//saml:SubjectConfirmationData", NotOnOrAfter="9999-12-31T23:59:59Z"))
    assert saml_response.verify(said, expected()).not_on_or_after.year == 9000


# The assertion


def twice(path):
    def edit(root):
        element = find(root, path)
        element.addnext(copy := etree.fromstring(etree.tostring(element)))
        for holder in copy.iter():
            if "ID" in holder.attrib:
                holder.set("ID", "_second")

    return edit


SHAPES = {
    "no assertion": drop("saml:Assertion"),
    "two assertions": twice("saml:Assertion"),
    "no issuer": drop("saml:Assertion/saml:Issuer"),
    "two issuers": twice("saml:Assertion/saml:Issuer"),
    "no subject": drop(".//saml:Subject"),
    "two subjects": twice(".//saml:Subject"),
    "no name": drop(".//saml:NameID"),
    "two names": twice(".//saml:NameID"),
    "an empty name": lambda root: setattr(find(root, ".//saml:NameID"), "text", " "),
    "no confirmation": drop(".//saml:SubjectConfirmation"),
    "no confirmation data": drop(".//saml:SubjectConfirmationData"),
    "two confirmation data": twice(".//saml:SubjectConfirmationData"),
    "a confirmation for holders of keys": put(
        ".//saml:SubjectConfirmation", Method="urn:oasis:names:tc:SAML:2.0:cm:holder-of-key"
    ),
    "no conditions": drop(".//saml:Conditions"),
    "two conditions": twice(".//saml:Conditions"),
    "a condition of its own": lambda root: etree.SubElement(find(root, ".//saml:Conditions"), "{urn:x}Condition"),
    "no login": drop(".//saml:AuthnStatement"),
    "another version": put("saml:Assertion", Version="1.1"),
    "an encrypted attribute": lambda root: xml.add_child(
        find(root, ".//saml:AttributeStatement"), "saml:EncryptedAttribute"
    ),
    "an attribute without a name": put(".//saml:Attribute", Name=None),
    "an attribute with an empty name": put(".//saml:Attribute", Name=""),
    "an encrypted assertion beside": lambda root: xml.add_child(root, "saml:EncryptedAssertion"),
    "the same ID twice": put(".", ID="_assertion"),
    "the same ID elsewhere": put(".//saml:AuthnStatement", Id="_assertion"),
    "a response within": lambda root: xml.add_child(xml.add_child(root, "samlp:Extensions"), "samlp:Response"),
    "a signature elsewhere": lambda root: xml.add_child(xml.add_child(root, "samlp:Extensions"), "ds:Signature"),
    "a signature in the subject": lambda root: xml.add_child(find(root, ".//saml:Subject"), "ds:Signature"),
    "the same ID as xml:id": put(
        ".//saml:AuthnStatement", **{"{http://www.w3.org/XML/1998/namespace}id": "_assertion"}
    ),
}


@pytest.mark.parametrize("which", SHAPES)
def test_shapes(which):
    sign = "response" if which in ("no assertion", "two assertions", "another version") else "assertion"
    assert why(crafted(SHAPES[which], sign=sign)) == "invalid_saml_response"


def test_an_assertion_without_id():
    """Its signature refers to nothing; that of the response would not make up for it."""
    assert why(crafted(put("saml:Assertion", ID=None), sign="response")) == "invalid_saml_response"


# Encryption


def test_no_key_decrypts_it():
    said = response(encrypt_for=certificate("attacker"))
    assert why(said) == "invalid_saml_response"
    assert why(said, decryption_keys=()) == "invalid_saml_response"
    assert why(response(encrypt_for=certificate("sp"), sign="both"), decryption_keys=()) == "invalid_saml_response"


@pytest.mark.parametrize("cipher", xml_signatures.CIPHERS)
@pytest.mark.parametrize("which", [0, 1])
def test_ciphertext_that_was_changed(cipher, which):
    """CBC carries no proof of its own: then the signature inside is what fails, or the XML."""
    said = response(encrypt_for=certificate("sp"), cipher=cipher)
    for at in (0, 20, -40, -1):
        root = opened(said)
        value = root.findall(".//xenc:CipherValue", xml.NAMESPACES)[which]
        changed = bytearray(base64.b64decode(value.text))
        changed[at] ^= 0x55
        value.text = base64.b64encode(changed).decode()
        assert why(closed(root)) in ("invalid_saml_response", "invalid_signature_saml_response")


@pytest.mark.parametrize(
    "edit",
    [
        drop(".//xenc:EncryptedKey"),
        drop(".//xenc:EncryptedData"),
        drop(".//xenc:EncryptionMethod"),
        drop(".//xenc:EncryptedKey/xenc:EncryptionMethod"),
        drop(".//xenc:CipherValue"),
        put(".//xenc:EncryptionMethod", Algorithm=f"{xml.XENC}tripledes-cbc"),
        put(".//xenc:EncryptionMethod", Algorithm=f"{xml.XENC11}aes128-gcm"),
        put(".//xenc:EncryptedKey/xenc:EncryptionMethod", Algorithm=f"{xml.XENC}rsa-1_5"),
        put(".//ds:DigestMethod", Algorithm="md5"),
        lambda root: setattr(find(root, "saml:EncryptedAssertion//xenc:CipherValue"), "text", "%"),
        lambda root: setattr(root.findall(".//xenc:CipherValue", xml.NAMESPACES)[1], "text", ""),
    ],
)
def test_encryption_that_is_not_taken(edit):
    assert why(closed_after(response(encrypt_for=certificate("sp")), edit)) == "invalid_saml_response"


@pytest.mark.parametrize("path", [".//saml:AuthnStatement", ".//saml:Subject"])
def test_an_encrypted_assertion_of_another_shape(path):
    """What is inside is held to the same rules as what is in the open."""
    for edit in (put(path, Id="_assertion"), lambda root: xml.add_child(find(root, path), "ds:Signature")):
        root = opened(crafted(edit))
        assertion = find(root, "saml:Assertion")
        holder = xml.add_child(root, "saml:EncryptedAssertion")
        holder.append(xml_signatures.encrypt(assertion, certificate("sp"), "aes256-gcm"))
        root.remove(assertion)
        assert why(closed(root)) == "invalid_saml_response"


@pytest.mark.parametrize(
    "inside",
    [
        f'<saml:Subject xmlns:saml="{xml.SAML}"/>',
        "<a/><b/>",
        "text",
        "",
        "</decrypted><decrypted>",
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
    ],
)
def test_something_else_is_encrypted(inside, monkeypatch):
    monkeypatch.setattr(xml, "serialize", lambda root: inside)
    element = xml_signatures.encrypt(etree.Element("x"), certificate("sp"), "aes128-cbc")
    monkeypatch.undo()
    root = opened(response(encrypt_for=certificate("sp")))
    find(root, "saml:EncryptedAssertion").replace(find(root, ".//xenc:EncryptedData"), element)
    assert why(closed(root)) == "invalid_saml_response"
