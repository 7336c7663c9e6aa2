"""Untrusted XML: parsed without document types, and within limits that keep every later step fast."""

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

MAX_BYTES = 500_000
_MAX_ELEMENTS = 10_000
_MAX_DEPTH = 50
_MAX_ATTRIBUTES = 50  # for each element
_MAX_PREFIXES = 50  # in scope at once: canonical XML looks at all of them for each element
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # XML 1.0, section 2.2
_DECLARATION = re.compile(rb"<!(?!--|\[CDATA\[)")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,20})?(Z|[+-]\d\d:\d\d)?")


def parse(data: bytes, error: Kind) -> Any:
    """Parse a document and return its root element.

    The document is read as UTF-8, whatever encoding it declares. Document types are refused, so there are no custom
    entities, and nothing is loaded from elsewhere.

    Args:
        error: the error to raise for a document that isn't XML, or that exceeds a limit.
    """
    from lxml import etree

    if len(data) > MAX_BYTES:
        raise error(because=f"the document has more than {MAX_BYTES} bytes")
    if _DECLARATION.search(data):
        raise error(because="the document has a document type declaration")
    options = {"load_dtd": False, "no_network": True, "resolve_entities": False, "huge_tree": False}
    events = ("start", "end", "start-ns", "end-ns")
    elements = depth = prefixes = 0
    try:
        parser = etree.iterparse(io.BytesIO(data), events, encoding="utf-8", **options)
        for event, element in parser:
            elements += event == "start"
            depth += (event == "start") - (event == "end")
            prefixes += (event == "start-ns") - (event == "end-ns")
            if elements > _MAX_ELEMENTS or depth > _MAX_DEPTH or prefixes > _MAX_PREFIXES:
                raise error(because="the document has too many elements, levels or namespace prefixes")
            if event == "start" and len(element.attrib) > _MAX_ATTRIBUTES:
                raise error(because=f"an element has more than {_MAX_ATTRIBUTES} attributes")
        root = parser.root
    except (etree.LxmlError, ValueError) as e:
        raise error(because=f"the document isn't XML: {e}") from None
    if root is None or root.getroottree().docinfo.internalDTD is not None:
        raise error(because="the document has no element, or it has a document type declaration")
    return root


def qualified_name(prefixed: str) -> str:
    """Return lxml's form of a name: ``saml:Issuer`` → ``{urn:oasis:names:tc:SAML:2.0:assertion}Issuer``."""
    prefix, _, local = prefixed.partition(":")
    return f"{{{NAMESPACES[prefix]}}}{local}"


def children(element: Any, prefixed: str) -> list[Any]:
    """Return the children with this name."""
    return list(element.iterchildren(qualified_name(prefixed)))


def find_all(element: Any, prefixed: str) -> list[Any]:
    """Return the element itself and all its descendants that have this name."""
    return list(element.iter(qualified_name(prefixed)))


def text(element: Any) -> str:
    """Return all text of an element, stripped.

    This is XPath's ``string()``. lxml's ``.text`` ends at the first comment, so that the text of
    ``ada@acme.test<!-- -->.evil.test`` would be another user's address.
    """
    return str(element.xpath("string()")).strip()


def has_illegal_characters(text: str) -> bool:
    """Return whether a text has characters that no XML document can contain."""
    return _ILLEGAL.search(text) is not None


def strip_illegal_characters(text: str) -> str:
    """Remove the characters that XML can't contain, not even as references (XML 1.0, section 2.2)."""
    return _ILLEGAL.sub("", text)


def add_child(parent: Any, prefixed: str, text: str = "", **attributes: str) -> Any:
    """Append a new child and return it. Attributes with the value "" are omitted."""
    from lxml import etree

    prefix = prefixed.partition(":")[0]
    child = etree.SubElement(
        parent, qualified_name(prefixed), _non_empty(attributes), nsmap={prefix: NAMESPACES[prefix]}
    )
    child.text = strip_illegal_characters(text) or None
    return child


def create_root(prefixed: str, prefixes: str, **attributes: str) -> Any:
    """Create a root element that declares the prefixes (``"saml samlp"``). Attributes with the value "" are omitted."""
    from lxml import etree

    nsmap = {prefix: NAMESPACES[prefix] for prefix in prefixes.split()}
    return etree.Element(qualified_name(prefixed), _non_empty(attributes), nsmap=nsmap)


def _non_empty(attributes: dict[str, str]) -> dict[str, str]:
    return {name: strip_illegal_characters(value) for name, value in attributes.items() if value}


def serialize(root: Any) -> str:
    """Return an element as text."""
    from lxml import etree

    return str(etree.tostring(root, encoding="unicode"))


def parse_instant(value: str) -> datetime | None:
    """Parse an ``xs:dateTime``. Without a time zone it is UTC (SAML core 1.3.3). Return None if it isn't one."""
    if not _INSTANT.fullmatch(value.strip()):
        return None
    try:
        instant = datetime.fromisoformat(value.strip())
        return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def format_instant(instant: datetime) -> str:
    """Return a time as ``xs:dateTime`` in UTC, in whole seconds."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
