"""Signatures and encryption inside XML, as SAML uses them.

A verified signature is worth what it covers, and nothing else: ``verified`` returns that, parsed from the very bytes
that were signed. Whoever goes back to the document that came in is open to signature wrapping.
"""

import base64
import binascii
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
_LONGEST_ATTRIBUTE = 1_000
_MOST_WRAPPED_KEYS = 4  # each costs an RSA operation for each key of the connection

# encryption: the algorithm's name → bytes of its key
_CBC = {f"{xml.XENC}aes128-cbc": 16, f"{xml.XENC}aes192-cbc": 24, f"{xml.XENC}aes256-cbc": 32}
_GCM = {f"{xml.XENC11}aes128-gcm": 16, f"{xml.XENC11}aes192-gcm": 24, f"{xml.XENC11}aes256-gcm": 32}
CIPHERS = {algorithm.partition("#")[2]: algorithm for algorithm in _CBC | _GCM}
_OAEP = f"{xml.XENC}rsa-oaep-mgf1p"
_OAEP_11 = f"{xml.XENC11}rsa-oaep"


def signatures(element: Any) -> list[Any]:
    return xml.children(element, "ds:Signature")


def verified(element: Any, pems: tuple[str, ...], refusal: Kind) -> Any:
    """What the signature right below an element covers: that element, read anew from the signed bytes.

    Only these certificates count, whatever the signature says of itself. Their own validity in time does not.

    Args:
        pems: certificates, one of which has to be the signer's.
        refusal: the error for a signature that isn't good.
    """
    from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
    from signxml.verifier import SignatureConfiguration, XMLVerifier

    _check_form(element, refusal)
    if not pems:
        raise refusal(because="the connection has no certificate")
    problems = []
    for pem in pems:
        certificate = certificates.load_certificate(pem)
        config = SignatureConfiguration(
            location="./",
            signature_methods=frozenset(SignatureMethod[method] for method in _METHODS.split()),
            digest_algorithms=frozenset(DigestAlgorithm[digest] for digest in _DIGESTS.split()),
            ignore_ambiguous_key_info=True,
            verification_time=certificate.not_valid_before_utc,
            default_reference_c14n_method=CanonicalizationMethod.CANONICAL_XML_1_0,
        )
        try:
            result = XMLVerifier().verify(element, x509_cert=certificate, id_attribute="ID", expect_config=config)
            covered = getattr(result, "signed_xml", None)
        except Exception as e:  # whatever the library trips over is no good signature
            problems.append(f"{type(e).__name__}: {e}")
            continue
        if covered is None or covered.tag != element.tag or covered.get("ID") != element.get("ID"):
            raise refusal(because="the signature covers another element")
        return covered
    raise refusal(because="; ".join(sorted(set(problems)))[:500])


def _check_form(element: Any, refusal: Kind) -> None:
    """SAML core 5.4: one reference, to the element that holds the signature, and no transforms but two kinds."""
    found = signatures(element)
    if len(found) != 1:
        raise refusal(because="not one signature")
    [signature] = found
    if any(not isinstance(node.tag, str) for node in signature.iter()):
        raise refusal(because="a comment or a processing instruction inside the signature")
    if any(len(value) > _LONGEST_ATTRIBUTE for node in signature.iter() for value in node.attrib.values()):
        raise refusal(because="a long attribute inside the signature")  # such as prefixes, each of which is looked up
    if xml.everywhere(signature, "ds:Object") or len(xml.everywhere(signature, "ds:SignedInfo")) != 1:
        raise refusal(because="something inside the signature that SAML has no use for")
    references = xml.everywhere(signature, "ds:Reference")
    if len(references) != 1 or not element.get("ID") or references[0].get("URI") != f"#{element.get('ID')}":
        raise refusal(because="the signature does not refer to the element that it stands in")
    transforms = xml.everywhere(signature, "ds:Transform")
    if len(transforms) > 2 or any(transform.get("Algorithm") not in _TRANSFORMS for transform in transforms):
        raise refusal(because="a transform that SAML has no use for")


def signed(element: Any, private_key: str, certificate: str) -> Any:
    """A copy of an element, signed with RSA-SHA256 where it holds a placeholder."""
    from signxml.algorithms import CanonicalizationMethod
    from signxml.signer import XMLSigner

    signer = XMLSigner(c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0)
    key, chain = certificates.load_private_key(private_key), [certificates.load_certificate(certificate)]
    return signer.sign(element, key=key, cert=chain, reference_uri=element.get("ID"), id_attribute="ID")


def add_placeholder(parent: Any) -> None:
    """Where the signature is to stand; SAML wants it right behind the issuer."""
    xml.add(parent, "ds:Signature", Id="placeholder")


# Encryption


def decrypted(encrypted: Any, keys: tuple[str, ...], refusal: Kind) -> Any:
    """The element inside an ``EncryptedAssertion`` or ``EncryptedID``.

    Why it failed is not told apart: that would help to decrypt what was never meant for the one who asks.

    Args:
        keys: private keys (PEM), one of which has to be the recipient's.
        refusal: the error for what can't be read.
    """
    data = xml.children(encrypted, "xenc:EncryptedData")
    wrapped = xml.everywhere(encrypted, "xenc:EncryptedKey")[:_MOST_WRAPPED_KEYS]
    if len(data) != 1 or not wrapped or not keys:
        raise refusal(because="not one encrypted element with its key, or the connection has no key to read it with")
    algorithm = _algorithm(data[0])
    if algorithm not in _CBC | _GCM:
        raise refusal(because=f"the encryption {algorithm!r} is not taken")
    for one in wrapped:
        for pem in keys:
            try:
                key = _unwrapped(one, certificates.load_private_key(pem))
                plain = _plain(algorithm, key, _cipher_value(data[0]))
            except Exception:  # noqa: S112 · another key may fit
                continue
            return _inside(encrypted, plain, refusal)
    raise refusal(because="none of the connection's keys decrypts it")


def _inside(encrypted: Any, plain: bytes, refusal: Kind) -> Any:
    """The decrypted element, in the scope of the prefixes around it."""
    from lxml import etree

    wrapper = etree.Element("decrypted", nsmap=encrypted.nsmap)
    start = etree.tostring(wrapper).removesuffix(b"/>")
    root = xml.parse(start + b">" + plain + b"</decrypted>", refusal)
    if len(root) != 1 or not isinstance(root[0].tag, str):
        raise refusal(because="not one element inside")
    return root[0]


def _algorithm(element: Any) -> str:
    methods = xml.children(element, "xenc:EncryptionMethod")
    return methods[0].get("Algorithm", "") if methods else ""


def _cipher_value(element: Any) -> bytes:
    [value] = element.iterfind("xenc:CipherData/xenc:CipherValue", xml.NAMESPACES)
    return base64.b64decode("".join(xml.text(value).split()), validate=True)


def _unwrapped(encrypted_key: Any, key: Any) -> bytes:
    """The content key. RSA 1.5 is left out: its padding tells attackers what is inside."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding

    known: dict[str, hashes.HashAlgorithm] = {
        f"{xml.DS}sha1": hashes.SHA1(),  # noqa: S303 · not broken in OAEP, and what most of them send
        f"{xml.XENC}sha256": hashes.SHA256(),
        f"{xml.XENC}sha512": hashes.SHA512(),
        f"{xml.XENC11}mgf1sha1": hashes.SHA1(),  # noqa: S303
        f"{xml.XENC11}mgf1sha256": hashes.SHA256(),
        f"{xml.XENC11}mgf1sha512": hashes.SHA512(),
    }
    [method] = xml.children(encrypted_key, "xenc:EncryptionMethod")
    if method.get("Algorithm") not in (_OAEP, _OAEP_11):
        raise ValueError(method.get("Algorithm"))
    digests, masks = xml.children(method, "ds:DigestMethod"), xml.children(method, "xenc11:MGF")
    digest = known[digests[0].get("Algorithm")] if digests else known[f"{xml.DS}sha1"]
    own_mask = masks and method.get("Algorithm") == _OAEP_11
    mask = known[masks[0].get("Algorithm")] if own_mask else known[f"{xml.DS}sha1"]
    labels = xml.children(method, "xenc:OAEPparams")
    label = base64.b64decode(xml.text(labels[0])) if labels else None
    return bytes(key.decrypt(_cipher_value(encrypted_key), padding.OAEP(padding.MGF1(mask), digest, label)))


def _plain(algorithm: str, key: bytes, value: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    if len(key) != (_CBC | _GCM)[algorithm]:
        raise ValueError("a key of another length")
    if algorithm in _GCM:
        return AESGCM(key).decrypt(value[:12], value[12:], None)
    decryptor = Cipher(algorithms.AES(key), modes.CBC(value[:16])).decryptor()
    padded = decryptor.update(value[16:]) + decryptor.finalize()
    if not padded or not 1 <= padded[-1] <= 16:
        raise binascii.Error("padding")
    return padded[: -padded[-1]]


def encrypted(element: Any, certificate: str, cipher: str) -> Any:
    """``EncryptedData`` of an element, its key wrapped with RSA-OAEP for a certificate. Differs each time: so must it.

    Args:
        cipher: one of ``CIPHERS``, such as ``aes256-gcm``.
    """
    import os

    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    algorithm = CIPHERS[cipher]
    plain, key = xml.written(element).encode(), os.urandom((_CBC | _GCM)[algorithm])
    if algorithm in _GCM:
        nonce = os.urandom(12)
        value = nonce + AESGCM(key).encrypt(nonce, plain, None)
    else:
        pad, nonce = 16 - len(plain) % 16, os.urandom(16)
        encryptor = Cipher(algorithms.AES(key), modes.CBC(nonce)).encryptor()
        value = nonce + encryptor.update(plain + bytes([pad]) * pad) + encryptor.finalize()
    sha1 = hashes.SHA1()  # noqa: S303 · what RSA-OAEP-MGF1P means
    wrapped = (
        certificates.load_certificate(certificate)
        .public_key()
        .encrypt(key, padding.OAEP(padding.MGF1(sha1), sha1, None))
    )

    data = xml.new("xenc:EncryptedData", "xenc ds", Type=f"{xml.XENC}Element")
    xml.add(data, "xenc:EncryptionMethod", Algorithm=algorithm)
    encrypted_key = xml.add(xml.add(data, "ds:KeyInfo"), "xenc:EncryptedKey")
    method = xml.add(encrypted_key, "xenc:EncryptionMethod", Algorithm=_OAEP)
    xml.add(method, "ds:DigestMethod", Algorithm=f"{xml.DS}sha1")
    for parent, content in ((encrypted_key, wrapped), (data, value)):
        xml.add(xml.add(parent, "xenc:CipherData"), "xenc:CipherValue", base64.b64encode(content).decode())
    return data
