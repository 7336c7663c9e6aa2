"""XML signatures and XML encryption, as SAML uses them.

A valid signature proves only the element that it covers. ``verify`` returns that element, parsed again from the bytes
that were signed. Use only what it returns: reading the original document allows signature wrapping.
"""

import base64
import binascii
import os
from typing import Any

from mockstytch.errors import Kind
from mockstytch.protocols.saml import certificates, xml

_EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
_TRANSFORMS = {
    f"{xml.DS}enveloped-signature",
    _EXCLUSIVE,
    f"{_EXCLUSIVE}WithComments",
    "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
    "http://www.w3.org/2006/12/xml-c14n11",
}
_METHODS = (
    "RSA_SHA256 RSA_SHA384 RSA_SHA512 ECDSA_SHA256 ECDSA_SHA384 ECDSA_SHA512 "
    "SHA256_RSA_MGF1 SHA384_RSA_MGF1 SHA512_RSA_MGF1"
)
_DIGESTS = "SHA256 SHA384 SHA512"
_MAX_ATTRIBUTE_CHARACTERS = 1_000
_MAX_WRAPPED_KEYS = 4  # each costs an RSA operation for each key of the connection

# Encryption algorithms, and the length of their keys in bytes.
_CBC = {f"{xml.XENC}aes128-cbc": 16, f"{xml.XENC}aes192-cbc": 24, f"{xml.XENC}aes256-cbc": 32}
_GCM = {f"{xml.XENC11}aes128-gcm": 16, f"{xml.XENC11}aes192-gcm": 24, f"{xml.XENC11}aes256-gcm": 32}
CIPHERS = {algorithm.partition("#")[2]: algorithm for algorithm in _CBC | _GCM}
_OAEP = f"{xml.XENC}rsa-oaep-mgf1p"
_OAEP_11 = f"{xml.XENC11}rsa-oaep"


def find_signatures(element: Any) -> list[Any]:
    """Return the signatures that are children of an element."""
    return xml.children(element, "ds:Signature")


def verify(element: Any, pems: tuple[str, ...], error: Kind) -> Any:
    """Verify the signature of an element and return the element, parsed again from the signed bytes.

    Certificates inside the signature are ignored. Expired certificates are accepted.

    Args:
        pems: the trusted certificates. One of them must be the signer's.
        error: the error to raise if the signature isn't valid.
    """
    from signxml.algorithms import DigestAlgorithm, SignatureMethod
    from signxml.verifier import SignatureConfiguration, XMLVerifier

    _require_signature_profile(element, error)
    if not pems:
        raise error(because="the connection has no certificate")
    problems = []
    for pem in pems:
        certificate = certificates.load_certificate(pem)
        config = SignatureConfiguration(
            location="./",
            signature_methods=frozenset(SignatureMethod[method] for method in _METHODS.split()),
            digest_algorithms=frozenset(DigestAlgorithm[digest] for digest in _DIGESTS.split()),
            verification_time=certificate.not_valid_before_utc,
        )
        try:
            result = XMLVerifier().verify(element, x509_cert=certificate, id_attribute="ID", expect_config=config)
            signed_element = getattr(result, "signed_xml", None)
        except Exception as e:  # the library raises many types; each means that the signature isn't valid
            problems.append(f"{type(e).__name__}: {e}")
            continue
        if signed_element is None or (signed_element.tag, signed_element.get("ID")) != (element.tag, element.get("ID")):
            raise error(because="the signature covers another element")
        return signed_element
    raise error(because="; ".join(sorted(set(problems)))[:500])


def _require_signature_profile(element: Any, error: Kind) -> None:
    """Require what saml-core 5.4 requires: one reference, to the signature's parent, and at most two transforms."""
    signatures = find_signatures(element)
    if len(signatures) != 1:
        raise error(because=f"the element has {len(signatures)} signatures")
    [signature] = signatures
    if any(not isinstance(node.tag, str) for node in signature.iter()):
        raise error(because="the signature contains a comment or a processing instruction")
    if any(len(value) > _MAX_ATTRIBUTE_CHARACTERS for node in signature.iter() for value in node.attrib.values()):
        raise error(because="the signature has a long attribute")  # such as a list of prefixes, each of them costly
    if xml.find_all(signature, "ds:Object") or len(xml.find_all(signature, "ds:SignedInfo")) != 1:
        raise error(because="the signature has an Object, or it doesn't have exactly one SignedInfo")
    references = xml.find_all(signature, "ds:Reference")
    if len(references) != 1 or not element.get("ID") or references[0].get("URI") != f"#{element.get('ID')}":
        raise error(because="the signature doesn't refer to the element that contains it")
    transforms = xml.find_all(signature, "ds:Transform")
    if len(transforms) > 2 or any(transform.get("Algorithm") not in _TRANSFORMS for transform in transforms):
        raise error(because="the signature has a transform that SAML doesn't allow")


def sign(element: Any, private_key: str, certificate: str) -> Any:
    """Return a copy of an element, signed with RSA-SHA256 in the place of its placeholder."""
    from signxml.algorithms import CanonicalizationMethod
    from signxml.signer import XMLSigner

    signer = XMLSigner(c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0)
    key, chain = certificates.load_private_key(private_key), [certificates.load_certificate(certificate)]
    return signer.sign(element, key=key, cert=chain)


def add_placeholder(parent: Any) -> None:
    """Append the placeholder of a signature. SAML requires the signature directly after the issuer."""
    xml.add_child(parent, "ds:Signature", Id="placeholder")


def decrypt(encrypted: Any, keys: tuple[str, ...], error: Kind) -> Any:
    """Return the element inside an ``EncryptedAssertion`` or ``EncryptedID``.

    The error doesn't say why a key or the content can't be decrypted: that would help an attacker.

    Args:
        keys: private keys (PEM). One of them must be the recipient's.
        error: the error to raise if the element can't be decrypted.
    """
    data = xml.children(encrypted, "xenc:EncryptedData")
    wrapped_keys = xml.find_all(encrypted, "xenc:EncryptedKey")[:_MAX_WRAPPED_KEYS]
    if len(data) != 1 or not wrapped_keys or not keys:
        raise error(because="there isn't one encrypted element with its key, or the connection has no decryption key")
    algorithm = _algorithm(data[0])
    if algorithm not in _CBC | _GCM:
        raise error(because=f"the encryption algorithm {algorithm!r} isn't supported")
    for wrapped_key in wrapped_keys:
        for pem in keys:
            try:
                key = _unwrap_key(wrapped_key, certificates.load_private_key(pem))
                plain = _decrypt_content(algorithm, key, _cipher_value(data[0]))
            except Exception:  # noqa: S112 · try the other keys
                continue
            return _parse_decrypted(encrypted, plain, error)
    raise error(because="no key of the connection decrypts it")


def _parse_decrypted(encrypted: Any, plain: bytes, error: Kind) -> Any:
    """Parse decrypted bytes with the namespace prefixes that are in scope around them."""
    from lxml import etree

    wrapper = etree.Element("decrypted", nsmap=encrypted.nsmap)
    start = etree.tostring(wrapper).removesuffix(b"/>")
    root = xml.parse(start + b">" + plain + b"</decrypted>", error)
    if len(root) != 1 or not isinstance(root[0].tag, str):
        raise error(because="the decrypted content isn't one element")
    return root[0]


def _algorithm(element: Any) -> str:
    methods = xml.children(element, "xenc:EncryptionMethod")
    return methods[0].get("Algorithm", "") if methods else ""


def _cipher_value(element: Any) -> bytes:
    [value] = element.iterfind("xenc:CipherData/xenc:CipherValue", xml.NAMESPACES)
    return base64.b64decode("".join(xml.text(value).split()), validate=True)


def _unwrap_key(encrypted_key: Any, key: Any) -> bytes:
    """Decrypt the content key. RSA 1.5 isn't supported: its padding allows an oracle attack."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding

    known: dict[str, hashes.HashAlgorithm] = {
        f"{xml.DS}sha1": hashes.SHA1(),  # noqa: S303 · safe in OAEP, and what most providers send
        f"{xml.XENC}sha256": hashes.SHA256(),
        f"{xml.XENC}sha512": hashes.SHA512(),
        f"{xml.XENC11}mgf1sha1": hashes.SHA1(),  # noqa: S303 · as above
        f"{xml.XENC11}mgf1sha256": hashes.SHA256(),
        f"{xml.XENC11}mgf1sha512": hashes.SHA512(),
    }
    [method] = xml.children(encrypted_key, "xenc:EncryptionMethod")
    if method.get("Algorithm") not in (_OAEP, _OAEP_11):
        raise ValueError(method.get("Algorithm"))
    digests, masks = xml.children(method, "ds:DigestMethod"), xml.children(method, "xenc11:MGF")
    digest = known[digests[0].get("Algorithm")] if digests else known[f"{xml.DS}sha1"]
    has_mask = masks and method.get("Algorithm") == _OAEP_11
    mask = known[masks[0].get("Algorithm")] if has_mask else known[f"{xml.DS}sha1"]
    labels = xml.children(method, "xenc:OAEPparams")
    label = base64.b64decode(xml.text(labels[0])) if labels else None
    return bytes(key.decrypt(_cipher_value(encrypted_key), padding.OAEP(padding.MGF1(mask), digest, label)))


def _decrypt_content(algorithm: str, key: bytes, value: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    if len(key) != (_CBC | _GCM)[algorithm]:
        raise ValueError("the key has the wrong length")
    if algorithm in _GCM:
        return AESGCM(key).decrypt(value[:12], value[12:], None)
    decryptor = Cipher(algorithms.AES(key), modes.CBC(value[:16])).decryptor()
    padded = decryptor.update(value[16:]) + decryptor.finalize()
    if not padded or not 1 <= padded[-1] <= 16:
        raise binascii.Error("padding")
    return padded[: -padded[-1]]


def encrypt(element: Any, certificate: str, cipher: str) -> Any:
    """Return the ``EncryptedData`` of an element, its key wrapped with RSA-OAEP for a certificate.

    Keys and nonces are random, whatever the random seed of the server is.

    Args:
        cipher: one of ``CIPHERS``, such as ``aes256-gcm``.
    """
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding

    algorithm = CIPHERS[cipher]
    key = os.urandom((_CBC | _GCM)[algorithm])
    value = _encrypt_content(algorithm, key, xml.serialize(element).encode())
    sha1 = hashes.SHA1()  # noqa: S303 · RSA-OAEP-MGF1P is defined with it
    public_key = certificates.load_certificate(certificate).public_key()
    wrapped_key = public_key.encrypt(key, padding.OAEP(padding.MGF1(sha1), sha1, None))

    data = xml.create_root("xenc:EncryptedData", "xenc ds", Type=f"{xml.XENC}Element")
    xml.add_child(data, "xenc:EncryptionMethod", Algorithm=algorithm)
    encrypted_key = xml.add_child(xml.add_child(data, "ds:KeyInfo"), "xenc:EncryptedKey")
    method = xml.add_child(encrypted_key, "xenc:EncryptionMethod", Algorithm=_OAEP)
    xml.add_child(method, "ds:DigestMethod", Algorithm=f"{xml.DS}sha1")
    for parent, content in ((encrypted_key, wrapped_key), (data, value)):
        cipher_data = xml.add_child(parent, "xenc:CipherData")
        xml.add_child(cipher_data, "xenc:CipherValue", base64.b64encode(content).decode())
    return data


def _encrypt_content(algorithm: str, key: bytes, plain: bytes) -> bytes:
    """Encrypt with a random nonce, which is the beginning of the result."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    if algorithm in _GCM:
        nonce = os.urandom(12)
        return nonce + AESGCM(key).encrypt(nonce, plain, None)
    nonce, padding_length = os.urandom(16), 16 - len(plain) % 16
    encryptor = Cipher(algorithms.AES(key), modes.CBC(nonce)).encryptor()
    return nonce + encryptor.update(plain + bytes([padding_length]) * padding_length) + encryptor.finalize()
