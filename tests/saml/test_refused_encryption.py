"""Encrypted assertions that can't be decrypted, or that contain something else."""

import base64

import pytest
from lxml import etree

from mockstytch.protocols.saml import xml, xml_signatures
from tests.saml.helpers import (
    build_response,
    certificate,
    decode,
    edited_response,
    encode_root,
    find,
    refusal,
    remove,
    set_attributes,
    tampered_response,
)


def test_assertion_for_another_key_is_refused():
    response = build_response(encrypt_for=certificate("attacker"))
    assert refusal(response) == "invalid_saml_response"
    assert refusal(response, decryption_keys=()) == "invalid_saml_response"
    assert (
        refusal(build_response(encrypt_for=certificate("sp"), sign="both"), decryption_keys=())
        == "invalid_saml_response"
    )


@pytest.mark.parametrize("cipher", xml_signatures.CIPHERS)
@pytest.mark.parametrize("index", [0, 1])
def test_changed_ciphertext_is_refused(cipher, index):
    """CBC doesn't authenticate: the signature inside isn't valid, or the content isn't XML."""
    response = build_response(encrypt_for=certificate("sp"), cipher=cipher)
    for at in (0, 20, -40, -1):
        root = decode(response)
        value = root.findall(".//xenc:CipherValue", xml.NAMESPACES)[index]
        changed = bytearray(base64.b64decode(value.text))
        changed[at] ^= 0x55
        value.text = base64.b64encode(changed).decode()
        assert refusal(encode_root(root)) in ("invalid_saml_response", "invalid_signature_saml_response")


@pytest.mark.parametrize(
    "edit",
    [
        remove(".//xenc:EncryptedKey"),
        remove(".//xenc:EncryptedData"),
        remove(".//xenc:EncryptionMethod"),
        remove(".//xenc:EncryptedKey/xenc:EncryptionMethod"),
        remove(".//xenc:CipherValue"),
        set_attributes(".//xenc:EncryptionMethod", Algorithm=f"{xml.XENC}tripledes-cbc"),
        set_attributes(".//xenc:EncryptionMethod", Algorithm=f"{xml.XENC11}aes128-gcm"),
        set_attributes(".//xenc:EncryptedKey/xenc:EncryptionMethod", Algorithm=f"{xml.XENC}rsa-1_5"),
        set_attributes(".//ds:DigestMethod", Algorithm="md5"),
        lambda root: setattr(find(root, "saml:EncryptedAssertion//xenc:CipherValue"), "text", "%"),
        lambda root: setattr(root.findall(".//xenc:CipherValue", xml.NAMESPACES)[1], "text", ""),
    ],
)
def test_unsupported_encryption_is_refused(edit):
    assert refusal(tampered_response(build_response(encrypt_for=certificate("sp")), edit)) == "invalid_saml_response"


@pytest.mark.parametrize("path", [".//saml:AuthnStatement", ".//saml:Subject"])
def test_encrypted_assertion_with_invalid_structure_is_refused(path):
    for edit in (set_attributes(path, Id="_assertion"), lambda root: xml.add_child(find(root, path), "ds:Signature")):
        root = decode(edited_response(edit))
        assertion = find(root, "saml:Assertion")
        encrypted = xml.add_child(root, "saml:EncryptedAssertion")
        encrypted.append(xml_signatures.encrypt(assertion, certificate("sp"), "aes256-gcm"))
        root.remove(assertion)
        assert refusal(encode_root(root)) == "invalid_saml_response"


@pytest.mark.parametrize(
    "content",
    [
        f'<saml:Subject xmlns:saml="{xml.SAML}"/>',
        "<a/><b/>",
        "text",
        "",
        "</decrypted><decrypted>",
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
    ],
)
def test_other_encrypted_content_is_refused(content, monkeypatch):
    monkeypatch.setattr(xml, "serialize", lambda root: content)
    element = xml_signatures.encrypt(etree.Element("x"), certificate("sp"), "aes128-cbc")
    monkeypatch.undo()
    root = decode(build_response(encrypt_for=certificate("sp")))
    find(root, "saml:EncryptedAssertion").replace(find(root, ".//xenc:EncryptedData"), element)
    assert refusal(encode_root(root)) == "invalid_saml_response"
