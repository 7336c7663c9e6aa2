"""What of a normalized value can be published: nothing that comes from the project.

Normalized values have no ids, tokens and times any more. But a project has names, roles and claims, too. A text is
kept if it is a word of the API, or a message of an error. Every other text is replaced by its length.
"""

import re
from functools import cache
from typing import Any

import msgspec

from mockstytch.app import create_app
from mockstytch.runtime import Mock

_PLACEHOLDERS = re.compile(r"<[^<>]*>|{[\w.]+}")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_.:-]*")
_UPPER_CASE = re.compile(r"[A-Z]+(_[A-Z]+)*")
_URL = re.compile(r"\bhttps?://(?!(?:[\w-]+\.)*stytch\.com/)[^\s'\"<>]+")
_QUOTED = re.compile(r"(?<!\w)(['\"`])((?:(?!\1).)*)\1(?!\w)")
_KEY_IN_PATH = re.compile(r'\["([^"]*)"\]')
_NAME_IN_PATH = re.compile(r"(?<![\[\"\w])[a-z]\w*(?![^\[]*\])")
_OWN_WORDS = ("jwt header", "jwt claims", "jwt signature")
_MESSAGES = ("body.error_message", "body.error_description", "body.error_type", "body.error", "body.error_url",
             "body.error_uri")  # fmt: skip


@cache
def vocabulary() -> frozenset[str]:
    """Return every word of this server's description: the names of fields, and the values that they can have."""
    from mockstytch.about.openapi.document import build

    mock = Mock()
    try:
        document = build(create_app(mock=mock).table.routes)
    finally:
        mock.close()
    return frozenset(_WORD.findall(msgspec.json.encode(document).decode()))


def published(value: Any, path: str) -> Any:
    """Return a value of a report without anything that comes from the project.

    Args:
        path: the place of the value, as in a ``Difference``.
    """
    if isinstance(value, dict):
        return {_word(key): published(each, f"{path}.{key}") for key, each in value.items()}
    if isinstance(value, list):
        return [published(each, path) for each in value]
    if not isinstance(value, str):
        return value
    if path in _MESSAGES or path.startswith("header."):
        return _QUOTED.sub(_quoted, _URL.sub("<url>", value))
    return _word(value)


def published_path(path: str) -> str:
    """Return the place of a difference. The name of a field that the API doesn't have is replaced."""
    if path.startswith("header."):
        return path  # only headers in ``comparing.HEADERS`` are compared
    return _KEY_IN_PATH.sub(lambda match: f'["{_word(match[1])}"]', _NAME_IN_PATH.sub(lambda m: _word(m[0]), path))


def _quoted(match: re.Match[str]) -> str:
    """Return a quotation in a message: a message can quote a field."""
    return f"{match[1]}{_word(match[2])}{match[1]}"


def _word(text: str) -> str:
    rest = _PLACEHOLDERS.sub("", text)
    if not _WORD.search(rest) and not re.search(r"\d{3}", rest):
        return text
    if (
        text in vocabulary()
        or text in _OWN_WORDS
        or _UPPER_CASE.fullmatch(text)
        or text.startswith("https://stytch.com/")
    ):
        return text
    if all(word in vocabulary() for word in _WORD.findall(rest)) and _PLACEHOLDERS.search(text):
        return text
    return f"<text: {len(text)} characters>"
