"""XML that strangers send: read without DTDs, within limits that keep every later step short."""

import io
import re
from datetime import UTC, datetime
from typing import Any

from mockstytch.errors import Kind

DS = "http://www.w3.org/2000/09/xmldsig#"
MD = "urn:oasis:names:tc:SAML:2.0:metadata"
SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
SAMLP = "urn:oasis:names:tc:SAML:2.0:protocol"
XENC = "http://www.w3.org/2001/04/xmlenc#"
XENC11 = "http://www.w3.org/2009/xmlenc11#"
XS = "http://www.w3.org/2001/XMLSchema"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
NAMESPACES = {"ds": DS, "md": MD, "saml": SAML, "samlp": SAMLP, "xenc": XENC, "xenc11": XENC11}

MOST_BYTES = 500_000
_MOST_ELEMENTS = 10_000
_DEEPEST = 50
_MOST_ATTRIBUTES = 50  # of one element
_MOST_PREFIXES = 50  # in scope at once: canonical XML looks through all of them at each element
NO_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # what no XML can hold
_DECLARATION = re.compile(rb"<!(?!--|\[CDATA\[)")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,20})?(Z|[+-]\d\d:\d\d)?")


def parse(data: bytes, refusal: Kind) -> Any:
    """The root element of a document.

    It is UTF-8, whatever it says of itself. No document type, so no entities of its own; nothing is loaded.

    Args:
        refusal: the error for what is no XML, or isn't taken.
    """
    from lxml import etree

    if len(data) > MOST_BYTES:
        raise refusal(because=f"more than {MOST_BYTES} bytes")
    if _DECLARATION.search(data):
        raise refusal(because="a document type declaration")
    options = {"load_dtd": False, "no_network": True, "resolve_entities": False, "huge_tree": False}
    events = ("start", "end", "start-ns", "end-ns")
    elements = depth = prefixes = 0
    try:
        reading = etree.iterparse(io.BytesIO(data), events, encoding="utf-8", **options)
        for event, element in reading:
            elements += event == "start"
            depth += (event == "start") - (event == "end")
            prefixes += (event == "start-ns") - (event == "end-ns")
            if elements > _MOST_ELEMENTS or depth > _DEEPEST or prefixes > _MOST_PREFIXES:
                raise refusal(because="too many elements, too deep, or too many prefixes at once")
            if event == "start" and len(element.attrib) > _MOST_ATTRIBUTES:
                raise refusal(because=f"an element with more than {_MOST_ATTRIBUTES} attributes")
        root = reading.root
    except (etree.LxmlError, ValueError) as e:
        raise refusal(because=f"no XML: {e}") from None
    if root is None or root.getroottree().docinfo.internalDTD is not None:
        raise refusal(because="no element, or a document type declaration")
    return root


def name(prefixed: str) -> str:
    """``saml:Issuer`` → ``{urn:oasis:names:tc:SAML:2.0:assertion}Issuer``"""
    prefix, _, local = prefixed.partition(":")
    return f"{{{NAMESPACES[prefix]}}}{local}"


def children(element: Any, prefixed: str) -> list[Any]:
    return list(element.iterchildren(name(prefixed)))


def everywhere(element: Any, prefixed: str) -> list[Any]:
    """This element and all below it that have this name."""
    return list(element.iter(name(prefixed)))


def text(element: Any) -> str:
    """All text of an element, without the spaces around it.

    XPath's ``string()``, not ``.text``: that one ends at the first comment, so that the text of
    ``ada@acme.test<!-- -->.evil.test`` would be somebody else's address.
    """
    return str(element.xpath("string()")).strip()


def _legal(text: str) -> str:
    """Without the characters that no XML can have (XML 1.0, section 2.2), not even by reference."""
    return NO_XML.sub("", text)


def add(parent: Any, prefixed: str, text: str = "", **attributes: str) -> Any:
    """A new child; attributes whose value is "" are left out."""
    from lxml import etree

    kept, prefix = {key: _legal(value) for key, value in attributes.items() if value}, prefixed.partition(":")[0]
    child = etree.SubElement(parent, name(prefixed), kept, nsmap={prefix: NAMESPACES[prefix]})
    child.text = _legal(text) or None
    return child


def new(prefixed: str, prefixes: str, **attributes: str) -> Any:
    """A new root, with its prefixes (``"saml samlp"``) declared."""
    from lxml import etree

    kept = {key: _legal(value) for key, value in attributes.items() if value}
    return etree.Element(name(prefixed), kept, nsmap={prefix: NAMESPACES[prefix] for prefix in prefixes.split()})


def written(root: Any) -> str:
    from lxml import etree

    return str(etree.tostring(root, encoding="unicode"))


def instant(value: str) -> datetime | None:
    """An ``xs:dateTime``; without a zone it is UTC (SAML core 1.3.3). None where it isn't one."""
    if not _INSTANT.fullmatch(value.strip()):
        return None
    try:
        found = datetime.fromisoformat(value.strip())
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def shown(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
