"""The limits of functions that are called directly, because requests of these sizes would be slow or hard to build."""

from base64 import b64decode, b64encode
from collections.abc import Callable

from lxml import etree
from passlib.hash import phpass

from mockstytch import errors
from mockstytch.domain.sso import oidc
from mockstytch.errors import StytchError
from mockstytch.protocols import password_hashes
from mockstytch.protocols.saml import certificates, saml_response, xml, xml_signatures
from tests.api.sso_visits import saml_keys
from tests.matrix.limits import Send, at_most
from tests.matrix.single_use import Setup
from tests.saml.helpers import edited_response, find


def _direct(call: Callable[[int], object]) -> Callable[[Setup], Send]:
    def send(size: int) -> str:
        try:
            call(size)
        except StytchError as error:
            return str(error.because)
        return ""

    return lambda _: send


def _parsed(build: Callable[[int], str]) -> Callable[[Setup], Send]:
    return _direct(lambda size: xml.parse(build(size).encode(), errors.invalid_xml_saml_response))


def _nested(size: int) -> str:
    return "<a>" * size + "</a>" * size


def _with_attributes(template: str, size: int) -> str:
    return f"<a {' '.join(template.format(number) for number in range(size))}/>"


def _signature_attribute(size: int) -> object:
    signed = etree.fromstring(xml_bytes(edited_response(lambda root: None)))
    find(signed, ".//ds:Signature").set("Id", "a" * size)
    return xml_signatures._require_signature_profile(find(signed, "saml:Assertion"), errors.invalid_saml_response)


def _certificate(size: int) -> object:
    pem = saml_keys()[1].strip()
    return certificates.parse_certificate("x" * (size - len(pem) - 1) + "\n" + pem)


def _private_key(size: int) -> object:
    pem = saml_keys()[0]
    return certificates.normalize_private_key(pem.replace("\n-----END", "\n" * (size - len(pem)) + "\n-----END"))


def _id_token(size: int) -> object:
    header = b64encode(b'{"alg":"RS256"}').decode().rstrip("=")
    return oidc._verify_signature(f"{header}.e30.".ljust(size, "A"), [])


def _phpass(size: int) -> object:
    password = "a" * size
    stored = password_hashes.import_hash(
        "phpass", phpass.using(rounds=7).hash(password[:4096]), password_hashes.Configs()
    )
    if not password_hashes.verify(stored, password):
        raise errors.unauthorized_credentials(because="not verified")
    return stored


def _saml_response(size: int) -> object:
    return saml_response._parse(b64encode(b"<a/>").decode().ljust(size))


def xml_bytes(response: str) -> bytes:
    return b64decode(response)


_XML = "protocols.saml.xml.parse"
_CERTIFICATES = "protocols.saml.certificates"
_MANY = "the document has too many elements, levels or namespace prefixes"
_LONG_CERTIFICATE = "the certificate is empty, or longer than 32768 characters"

FUNCTION_LIMITS = [
    at_most(
        _XML,
        _parsed(lambda size: "<a>" + "x" * (size - len("<a></a>")) + "</a>"),
        500_000,
        "the document has more than 500000 bytes",
    ),
    at_most(_XML, _parsed(lambda size: "<a>" + "<b/>" * (size - 1) + "</a>"), 10_000, _MANY),
    at_most(_XML, _parsed(_nested), 50, _MANY),
    at_most(_XML, _parsed(lambda size: _with_attributes('xmlns:p{0}="urn:{0}"', size)), 50, _MANY),
    at_most(
        _XML,
        _parsed(lambda size: _with_attributes('p{0}=""', size)),
        50,
        "an element has more than 50 attributes",
    ),
    at_most(
        "protocols.saml.xml_signatures._require_signature_profile",
        _direct(_signature_attribute),
        1000,
        "the signature has a long attribute",
    ),
    at_most(
        "domain.sso.oidc._verify_signature",
        _direct(_id_token),
        100_000,
        "id_token isn't a JWT: Not enough segments",
        allowed="the provider has no key 'None' for RS256",
    ),
    at_most("protocols.password_hashes._verify_phpass", _direct(_phpass), 4096, "not verified"),
    at_most(f"{_CERTIFICATES}._parse_certificate", _direct(_certificate), 32_768, _LONG_CERTIFICATE),
    at_most(
        f"{_CERTIFICATES}.normalize_private_key",
        _direct(_private_key),
        4096,
        "4097 characters; the maximum is 4096",
    ),
    at_most(
        "protocols.saml.saml_response._parse",
        _direct(_saml_response),
        750_000,
        "the response has more than 500000 bytes",
        allowed="the root isn't a SAML 2.0 samlp:Response with an ID",
    ),
]
