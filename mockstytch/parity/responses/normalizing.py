"""Replace what differs from call to call by its format: ids, tokens, times, addresses.

"organization-test-4a37…"   → "<organization-test-uuid4>", after the name of the value, if it has one
"2026-12-01T00:10:11Z"      → "<time: whole seconds, Z, now>"
"DOYoip3r…"                 → "<token: 44 base64url>"
"eyJhbGciOi…"               → {"jwt header": {…}, "jwt claims": {…}, "jwt signature": "<token: 342 …>"}
"""

import base64
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

import msgspec

_UUID = r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
_ID = re.compile(rf"((?:[a-z][a-z0-9]*-)+(?:test|live)-)?(?<![0-9a-fA-F])({_UUID})(?![0-9a-fA-F])")
_JWT = re.compile(r"eyJ[\w-]+\.eyJ[\w-]+\.[\w-]*")
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)")
_URL = re.compile(r"https?://[^\s?]+\?\S*=\S*")
_PEM = re.compile(r"-----BEGIN ([A-Z ]+)-----.*?-----END \1-----\n?", re.DOTALL)
_DATA = re.compile(r"data:([\w/+-]+);base64,[\w+/=]+")
_EMAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
_IP = re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b")
_RECOVERY_CODE = re.compile(r"[a-z0-9]{4}(-[a-z0-9]{4}){2}")
_TOKEN = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
_TOKEN_INSIDE = re.compile(r"(?<=[=/])[A-Za-z0-9_-]{24,}={0,2}")
_WORDS = re.compile(r"[A-Z]+(_[A-Z0-9]+)*|[a-z]+([_.:-][a-z0-9]+)*")
_SECRET_WITH_PREFIX = re.compile(r"((?:[a-z]+-)+(?:test|live)-)([A-Za-z0-9_-]{16,}={0,2})")
_SECRET_NAME = re.compile(r"(token|secret|jwt|password|bearer)(_\w+)?|code|n|x5c")
_WORDS_OF_THE_API = ("error_type", "error", "error_url", "error_uri")  # never tokens, although they can have digits
_EPOCH_YEARS = range(1_500_000_000, 5_000_000_000)
_MINUTES, _HOURS, _DAYS = 60, 3600, 86400
_YOUNG = 5  # seconds


class Normalizer:
    """Normalizes the responses of one probe on one side.

    Args:
        names: values that have a name: what calls saved, the project's id, the URL of the server.
        now: the time on the side's clock.
        compares_changes: whether a change after the creation shows in young objects, too.
    """

    def __init__(self, names: Mapping[str, str], now: datetime, *, compares_changes: bool = False) -> None:
        longest_first = sorted(filter(_is_unusual, names), key=len, reverse=True)
        self._names, self._now, self._compares_changes = names, now, compares_changes
        self._known = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def value(self, value: Any, name: str = "") -> Any:
        """Return a JSON value with every text and every time in it normalized. The order of keys is kept.

        Args:
            name: the key of the value.
        """
        if isinstance(value, dict):
            return self._with_equal_times(value, {self.text(key): self.value(each, key) for key, each in value.items()})
        if isinstance(value, list):
            return [self.value(each, name) for each in value]
        if isinstance(value, str):
            return self.text(value, name)
        if type(value) in (int, float) and int(value) in _EPOCH_YEARS:
            return f"<unix time: {self._relative(datetime.fromtimestamp(value, UTC))}>"
        return value

    def _with_equal_times(self, raw: dict[str, Any], normalized: dict[str, Any]) -> dict[str, Any]:
        """Say whether an object was changed after its creation, by ``updated_at``, if the object is old enough.

        Whether an object is changed in the second of its creation depends on how fast a server is.
        """
        created, updated = (_moment(raw.get(name)) for name in ("created_at", "updated_at"))
        if created is None or updated is None or not isinstance(normalized["updated_at"], str):
            return normalized
        changed_after, age = ((moment - created).total_seconds() for moment in (updated, self._now))
        young = 0 if self._compares_changes else _YOUNG
        marker = "as created_at" if changed_after == 0 and age > young else ""
        marker = "after created_at" if changed_after > young else marker
        if marker:
            normalized["updated_at"] = f"{normalized['updated_at'].rstrip('>')}, {marker}>"
        return normalized

    def text(self, text: str, name: str = "") -> Any:
        """Return a text with ids, tokens and times replaced; a JWT, and a URL with parameters, as an object."""
        if _JWT.fullmatch(text):
            return self._jwt(text)
        if match := _TIME.fullmatch(text):
            return self._time(text, match)
        if _URL.fullmatch(text):
            return self.url(text)
        if self._names.get(text) and (form := self._nameless().text(text, name)) != text:
            return f"{{{self._names[text]}}} {form}"  # the value is known, and its format matters, too
        return self._form(self.named(text), name)

    def _nameless(self) -> "Normalizer":
        """Return a normalizer that knows only the URL of the server, for the format of values that have a name."""
        return Normalizer({value: name for value, name in self._names.items() if name == "url"}, self._now)

    def named(self, text: str) -> str:
        """Return a text with the names of known values in it, and without ids."""
        if self._known:
            text = self._known.sub(lambda match: f"{{{self._names[match[0]]}}}", text)
        return _ID.sub(lambda match: f"<{match[1] or ''}uuid{UUID(match[2]).version or ''}>", text)

    def header(self, value: str) -> Any:
        """Return a header, normalized: a URL with parameters as an object, anything else as a text."""
        return self.url(value) if _URL.fullmatch(value) else self.named(value)

    def url(self, url: str) -> dict[str, Any]:
        """Return a URL as an object, with each of its parameters."""
        base, _, query = url.partition("?")
        parameters = {name: self.text(value, name) for name, value in parse_qsl(query, keep_blank_values=True)}
        if "SAMLRequest" in parameters:
            parameters["SAMLRequest"] = "<SAML request>"  # it is compressed, so its length is random
        return {"url": self.named(base), **parameters}

    def _form(self, text: str, name: str) -> str:
        text = _DATA.sub(r"<data: \1>", _PEM.sub(r"<PEM: \1>", text))
        text = _IP.sub("<ip address>", _EMAIL.sub("<email address>", text))
        if name.endswith("last_four") and len(text) == 4:
            return "<last 4 characters>"
        if _RECOVERY_CODE.fullmatch(text):
            return "<recovery code: 3 times 4>"
        if "<" in text or "{" in text or " " in text or name in _WORDS_OF_THE_API:
            return text
        if match := _SECRET_WITH_PREFIX.fullmatch(text):
            return f"{match[1]}<token: {len(match[2])} {alphabet(match[2])}>"
        is_secret = len(text) >= 6 and bool(_SECRET_NAME.fullmatch(name.rpartition(".")[2]))
        if is_secret or (_TOKEN.fullmatch(text) and not _WORDS.fullmatch(text)):
            return f"<token: {len(text)} {alphabet(text)}>"
        return _TOKEN_INSIDE.sub(lambda match: f"<token: {len(match[0])} {alphabet(match[0])}>", text)

    def _jwt(self, text: str) -> dict[str, Any]:
        header, claims, signature = text.split(".")
        return {
            "jwt header": self.value(_decoded(header)),
            "jwt claims": self.value(_decoded(claims)),
            "jwt signature": f"<token: {len(signature)} {alphabet(signature)}>",
        }

    def _time(self, text: str, match: re.Match[str]) -> str:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            return "<time: not valid>"
        precision = "with a fraction" if match[3] else "whole seconds"
        return f"<time: {precision}, {match[4]}, {self._relative(moment)}>"

    def _relative(self, moment: datetime) -> str:
        """Return a time relative to now, rounded so much that a slow run doesn't change it."""
        seconds = (moment - self._now).total_seconds()
        ahead = "in" if seconds > 0 else "before"
        seconds = abs(seconds)
        if (ahead == "before" and seconds < 15 * _MINUTES) or seconds < 45:
            return "now"
        if seconds < 2.5 * _MINUTES:
            return f"{ahead} {round(seconds / _MINUTES)} minutes"
        if seconds < 10 * _HOURS:
            return f"{ahead} {5 * round(seconds / _MINUTES / 5)} minutes"
        if seconds < 3 * _DAYS:
            return f"{ahead} {round(seconds / _HOURS)} hours"
        return f"{ahead} {round(seconds / _DAYS)} days"


def _moment(value: Any) -> datetime | None:
    """Return the time that a text says; None for anything else."""
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


def _is_unusual(value: str) -> bool:
    """Return whether a value can be recognized in a longer text: an ordinary word can't."""
    return len(value) >= 6 and not re.fullmatch(r"[A-Za-z_]+", value)


def _decoded(part: str) -> Any:
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, msgspec.DecodeError):
        return "<not JSON>"


def alphabet(text: str) -> str:
    """Return the smallest alphabet that has all characters of a random text.

    A text in base64 can be without its special characters by chance: ``comparing`` takes this into account.
    """
    padding = " padded" if text.endswith("=") else ""
    text = text.rstrip("=")
    for name, characters in _ALPHABETS:
        if re.fullmatch(characters, text):
            return name + padding
    return "other characters"


_ALPHABETS = (
    ("digits", r"\d+"),
    ("hexadecimal", r"[0-9a-f]+"),
    ("base32", r"[A-Z2-7]+"),
    ("lower-case letters and digits", r"[a-z0-9]+"),
    ("letters and digits", r"[A-Za-z0-9]+"),
    ("base64url", r"[\w-]+"),
    ("base64", r"[A-Za-z0-9+/]+"),
)
