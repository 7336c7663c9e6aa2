"""SAML 2.0: the response of an identity provider, believed only where everything about it was verified.

After saml-core and the web browser profile (saml-profiles 4.1). Nothing here knows of connections: what is expected
comes in, what was said goes out.
"""

import base64
import binascii
from datetime import UTC, datetime, timedelta
from typing import Any

from mockstytch import errors
from mockstytch.errors import StytchError
from mockstytch.protocols.saml import xml, xml_signatures
from mockstytch.values import Frozen

SKEW = timedelta(seconds=60)
SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"
BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
_FAR = datetime(9000, 1, 1, tzinfo=UTC)  # for those whose assertions hold until the end of the year 9999


class Expected(Frozen):
    """What a response has to fit.

    Attributes:
        acs_urls: where it may be addressed to.
        audiences: for whom it may be meant.
        idp_entity_id: who has to have issued it.
        certificates: PEMs as ``certificates.read`` returns them; one of them is the signer's.
        decryption_keys: private keys as ``certificates.read_private_key`` returns them.
        now: what time it is; clocks may be apart by ``SKEW``.
        in_response_to: the id of the request that it answers; None where nobody asked.
    """

    acs_urls: tuple[str, ...]
    audiences: tuple[str, ...]
    idp_entity_id: str
    certificates: tuple[str, ...]
    decryption_keys: tuple[str, ...]
    now: datetime
    in_response_to: str | None


class Assertion(Frozen):
    """What the identity provider vouches for.

    Attributes:
        response_id: only signed where the response is.
        assertion_id: always signed: the one to know replays by.
        attributes: by their ``Name``, in the order in which they came.
        in_response_to: the id of the request; "" where nobody asked.
        not_on_or_after: until when it could be shown again, skew included: so long a replay has to be remembered.
    """

    response_id: str
    assertion_id: str
    issuer: str
    name_id: str
    name_id_format: str
    attributes: dict[str, list[str]]
    in_response_to: str
    session_index: str
    not_on_or_after: datetime


def peek(saml_response: str) -> tuple[str, str]:
    """Who says to have issued a response, and to which request. Nothing of it is verified.

    Raises:
        missing_saml_response, invalid_xml_saml_response, invalid_saml_response: as ``read``.
    """
    root = _response(saml_response)
    issuers = xml.children(root, "saml:Issuer")
    issuers += [issuer for one in xml.children(root, "saml:Assertion") for issuer in xml.children(one, "saml:Issuer")]
    return xml.text(issuers[0]) if issuers else "", root.get("InResponseTo", "")


def read(saml_response: str, expected: Expected) -> Assertion:
    """Everything that a response says, after everything about it was verified.

    Args:
        saml_response: as posted by the browser: base64.

    Raises:
        missing_saml_response: it is empty.
        invalid_xml_saml_response: no base64, no XML, a DTD, or larger than any real one.
        invalid_saml_response: not one assertion about one subject, by the one who was asked, to the one who asks.
        failed_saml_response: the identity provider answered with an error.
        missing_signature_saml_response: neither response nor assertion is signed.
        invalid_signature_saml_response: one of the signatures is bad, by another key, or over something else.
        invalid_audience_saml_response: it is meant for somebody else.
        not_yet_valid_saml_response, expired_saml_response: it is, by ``expected.now``.
        unsolicited_saml_response: it answers another request, or none where one was made.
    """
    response = _response(saml_response)
    _check_structure(response)
    _check_status(response)
    signed = bool(xml_signatures.signatures(response))
    if signed:
        response = xml_signatures.verified(response, expected.certificates, errors.invalid_signature_saml_response)
    assertion = _assertion(response, expected)
    if xml_signatures.signatures(assertion):
        assertion = xml_signatures.verified(assertion, expected.certificates, errors.invalid_signature_saml_response)
    elif not signed:
        raise errors.missing_signature_saml_response(because="neither the response nor its assertion is signed")
    _check_envelope(response, expected)
    return _checked(response, assertion, expected)


def _response(saml_response: str) -> Any:
    if not saml_response:
        raise errors.missing_saml_response(because="SAMLResponse is empty")
    if len(saml_response) > xml.MOST_BYTES * 3 // 2:
        raise errors.invalid_xml_saml_response(because=f"more than {xml.MOST_BYTES} bytes")
    try:
        data = base64.b64decode("".join(saml_response.split()), validate=True)
    except (binascii.Error, ValueError):  # ValueError: characters beyond ASCII
        raise errors.invalid_xml_saml_response(because="not base64") from None
    root = xml.parse(data, errors.invalid_xml_saml_response)
    if root.tag != xml.name("samlp:Response") or root.get("Version") != "2.0" or not root.get("ID"):
        raise _invalid("the root is no samlp:Response of SAML 2.0 with an ID")
    return root


def _invalid(because: str) -> StytchError:
    return errors.invalid_saml_response(because=because)


def _check_structure(root: Any) -> None:
    """One response, one assertion, each signature right below what it signs, no ID twice.

    What wraps a signed element to show another one breaks one of these; what gets by reads signed content only.
    """
    if len(xml.everywhere(root, "samlp:Response")) > 1:
        raise _invalid("a response inside a response")
    if len(xml.everywhere(root, "saml:Assertion")) + len(xml.everywhere(root, "saml:EncryptedAssertion")) > 1:
        raise _invalid("more than one assertion")
    holders = {root, *xml.children(root, "saml:Assertion")}
    if any(signature.getparent() not in holders for signature in xml.everywhere(root, "ds:Signature")):
        raise _invalid("a signature where none belongs")
    ids = [value for key in ("ID", "Id", "id") for value in root.xpath(f"//@*[local-name() = '{key}']")]
    if len(ids) != len(set(ids)):
        raise _invalid("the same ID twice")


def _check_status(response: Any) -> None:
    """Before signatures: identity providers seldom sign an error, and believing one lets nobody in."""
    codes = response.findall("samlp:Status/samlp:StatusCode", xml.NAMESPACES)
    if len(codes) != 1:
        raise _invalid("not one status")
    if codes[0].get("Value") != SUCCESS:
        inner = [code.get("Value", "") for code in codes[0].iter(xml.name("samlp:StatusCode"))]
        said = [xml.text(one) for one in response.findall("samlp:Status/samlp:StatusMessage", xml.NAMESPACES)]
        raise errors.failed_saml_response(because="status " + " ".join([*inner, *said])[:500])


def _assertion(response: Any, expected: Expected) -> Any:
    """The one assertion of a response, decrypted where it has to be."""
    plain, encrypted = xml.children(response, "saml:Assertion"), xml.children(response, "saml:EncryptedAssertion")
    if len(plain) + len(encrypted) != 1:
        raise _invalid("not one assertion")
    if plain:
        return plain[0]
    inside = xml_signatures.decrypted(encrypted[0], expected.decryption_keys, errors.invalid_saml_response)
    if inside.tag != xml.name("saml:Assertion"):
        raise _invalid("what was encrypted is no assertion")
    _check_structure(inside)
    return inside


def _check_envelope(response: Any, expected: Expected) -> None:
    """Destination, issuer and request of the response: where it isn't signed, the assertion has to say the same."""
    if "Destination" in response.attrib and response.get("Destination") not in expected.acs_urls:
        raise _invalid(f"its destination is {response.get('Destination')!r}")
    for issuer in xml.children(response, "saml:Issuer"):
        _check_issuer(issuer, expected)
    if response.get("InResponseTo", "") != (expected.in_response_to or ""):
        raise errors.unsolicited_saml_response(because=f"it answers {response.get('InResponseTo', '')!r}")


def _check_issuer(issuer: Any, expected: Expected) -> None:
    if not expected.idp_entity_id or xml.text(issuer) != expected.idp_entity_id:
        raise _invalid(f"issued by {xml.text(issuer)!r}, not by {expected.idp_entity_id!r}")


def _checked(response: Any, assertion: Any, expected: Expected) -> Assertion:
    if assertion.get("Version") != "2.0" or not assertion.get("ID"):
        raise _invalid("no assertion of SAML 2.0 with an ID")
    issuer = _one(assertion, "saml:Issuer")
    _check_issuer(issuer, expected)
    _check_conditions(_one(assertion, "saml:Conditions"), expected)
    subject = _one(assertion, "saml:Subject")
    until = _confirmed_until(subject, expected)
    session_index = _check_statements(assertion, expected)
    name_id = _one(subject, "saml:NameID")
    if not xml.text(name_id):
        raise _invalid("an empty NameID")
    return Assertion(
        response_id=response.get("ID"),
        assertion_id=assertion.get("ID"),
        issuer=xml.text(issuer),
        name_id=xml.text(name_id),
        name_id_format=name_id.get("Format", ""),
        attributes=_attributes(assertion),
        in_response_to=expected.in_response_to or "",
        session_index=session_index,
        not_on_or_after=min(until, _FAR) + SKEW,
    )


def _one(parent: Any, prefixed: str) -> Any:
    found = xml.children(parent, prefixed)
    if len(found) != 1:
        raise _invalid(f"{len(found)} elements {prefixed}")
    return found[0]


def _moment(element: Any, attribute: str) -> datetime | None:
    """An instant, or None where the attribute is absent."""
    value = element.get(attribute)
    if value is None:
        return None
    found = xml.instant(value)
    if found is None:
        raise _invalid(f"{attribute} is {value!r}")
    return found


def _check_times(element: Any, now: datetime) -> None:
    """``NotBefore`` and ``NotOnOrAfter``, each where it is there."""
    begin, end = _moment(element, "NotBefore"), _moment(element, "NotOnOrAfter")
    if begin and now + SKEW < begin:
        raise errors.not_yet_valid_saml_response(because=f"valid from {begin.isoformat()}; it is {now.isoformat()}")
    if end and now - SKEW >= end:
        raise errors.expired_saml_response(because=f"valid until {end.isoformat()}; it is {now.isoformat()}")


def _check_conditions(conditions: Any, expected: Expected) -> None:
    """Core 2.5.1: each condition holds, and one that isn't understood does not."""
    _check_times(conditions, expected.now)
    known = {xml.name(f"saml:{name}") for name in ("AudienceRestriction", "OneTimeUse", "ProxyRestriction")}
    if any(isinstance(one.tag, str) and one.tag not in known for one in conditions):
        raise _invalid("a condition that isn't known")
    restrictions = xml.children(conditions, "saml:AudienceRestriction")
    if not restrictions:
        raise errors.invalid_audience_saml_response(because="it names no audience")
    for restriction in restrictions:
        audiences = [xml.text(audience) for audience in xml.children(restriction, "saml:Audience")]
        if not set(audiences) & set(expected.audiences):
            raise errors.invalid_audience_saml_response(because=f"it is meant for {audiences}"[:500])


def _confirmed_until(subject: Any, expected: Expected) -> datetime:
    """Profiles 4.1.4.2: one bearer confirmation has to hold; the others may be for others."""
    problem = _invalid("no subject confirmation for bearers")
    for confirmation in xml.children(subject, "saml:SubjectConfirmation"):
        if confirmation.get("Method") != BEARER:
            continue
        try:
            return _bearer_until(_one(confirmation, "saml:SubjectConfirmationData"), expected)
        except StytchError as e:
            problem = e
    raise problem


def _bearer_until(data: Any, expected: Expected) -> datetime:
    if data.get("Recipient") not in expected.acs_urls:
        raise _invalid(f"its recipient is {data.get('Recipient')!r}")
    until = _moment(data, "NotOnOrAfter")
    if until is None:
        raise _invalid("a subject confirmation without end")
    _check_times(data, expected.now)
    if data.get("InResponseTo", "") != (expected.in_response_to or ""):
        raise errors.unsolicited_saml_response(because=f"it answers {data.get('InResponseTo', '')!r}")
    return until


def _check_statements(assertion: Any, expected: Expected) -> str:
    """That the person did log in there, and still is; the session's index at the identity provider."""
    statements = xml.children(assertion, "saml:AuthnStatement")
    if not statements:
        raise _invalid("it says of nobody that they logged in")
    for statement in statements:
        end = _moment(statement, "SessionNotOnOrAfter")
        if end and expected.now - SKEW >= end:
            raise errors.expired_saml_response(because=f"the session there ended at {end.isoformat()}")
    return str(statements[0].get("SessionIndex", ""))


def _attributes(assertion: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for statement in xml.children(assertion, "saml:AttributeStatement"):
        if xml.children(statement, "saml:EncryptedAttribute"):
            raise _invalid("an encrypted attribute")
        for attribute in xml.children(statement, "saml:Attribute"):
            if not attribute.get("Name"):
                raise _invalid("an attribute without a name")
            values = [xml.text(value) for value in xml.children(attribute, "saml:AttributeValue")]
            found.setdefault(attribute.get("Name"), []).extend(values)
    return found
