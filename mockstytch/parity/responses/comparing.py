"""Find the differences between two normalized responses."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from mockstytch.values import Frozen

# Headers that matter to clients. Others depend on what is in front of the API.
HEADERS = (
    "content-type",
    "cache-control",
    "www-authenticate",
    "retry-after",
    "location",
    "allow",
    "access-control-allow-origin",
    "access-control-allow-methods",
    "access-control-allow-headers",
    "access-control-allow-credentials",
    "access-control-max-age",
    "access-control-expose-headers",
)
# The keys of errors, by the kind of the difference. OAuth's errors have other names.
_ERROR_KEYS = {"error_type": "error_type", "error": "error_type", "error_message": "message",
               "error_description": "message", "error_url": "error_url", "error_uri": "error_url"}  # fmt: skip
_TOKEN = re.compile(r"(?P<length>.*<token: \d+) (?P<alphabet>[\w -]+)>")
# A random text in the second alphabet can look as if it were in the first.
_CAN_LOOK_LIKE = {
    "digits": ("hexadecimal", "lower-case letters and digits", "letters and digits", "base64url", "base64"),
    "hexadecimal": (),
    "letters and digits": ("base64url", "base64"),
    "letters and digits padded": ("base64url padded", "base64 padded"),
}
# Whether an object was changed after its creation. It isn't known of young objects.
_CHANGED = re.compile(r", (as|after) created_at>$")
ABSENT = "<absent>"


class Response(Frozen):
    """A normalized response.

    Attributes:
        headers: the headers in ``HEADERS``. A URL with parameters is an object.
        body: normalized JSON; ``<not JSON>`` with the length if it is something else; None if it is empty.
    """

    status: int
    headers: Mapping[str, Any]
    body: Any

    @property
    def error_type(self) -> str:
        """The type of the error; "" for a success."""
        body = self.body if isinstance(self.body, dict) else {}
        return str(body.get("error_type") or body.get("error") or "")


class Difference(Frozen):
    """One difference.

    Attributes:
        path: the place: ``status``, ``header.content-type``, ``body.organization.sso_active_connections``.
        kind: ``status``, ``error_type``, ``order of checks``, ``message``, ``error_url``, ``key``, ``type``, ``null``,
            ``value``, ``format``, ``length``, ``order of keys``, ``header``, ``not JSON``, ``not reached``.
        target, local: the normalized values.
    """

    path: str
    kind: str
    target: Any
    local: Any


def compare(target: Response, local: Response, *, two_errors: tuple[str, ...] = ()) -> list[Difference]:
    """Return the differences of two responses. If the errors differ, the rest of the bodies isn't compared.

    Args:
        two_errors: the errors of a call that is wrong in two ways.
    """
    found = list[Difference]()
    if target.status != local.status:
        found.append(Difference(path="status", kind="status", target=target.status, local=local.status))
    if target.error_type != local.error_type:
        kind = "order of checks" if {target.error_type, local.error_type} <= {*two_errors} else "error_type"
        pair = {"target": target.error_type or "<success>", "local": local.error_type or "<success>"}
        return [*found, Difference(path="body.error_type", kind=kind, **pair), *_headers(target, local)]
    return [*found, *_headers(target, local), *_walk(target.body, local.body, "body")]


def _headers(target: Response, local: Response) -> Iterator[Difference]:
    for name in HEADERS:
        theirs, ours = target.headers.get(name, ABSENT), local.headers.get(name, ABSENT)
        if isinstance(theirs, dict) and isinstance(ours, dict):
            yield from _walk(theirs, ours, f"header.{name}")
        elif not _same_header(str(theirs), str(ours)):
            yield Difference(path=f"header.{name}", kind="header", target=theirs, local=ours)


def _same_header(theirs: str, ours: str) -> bool:
    """Return whether two headers say the same. Space and upper case in them don't matter."""
    return [part.strip().lower() for part in re.split("[,;]", theirs)] == [
        part.strip().lower() for part in re.split("[,;]", ours)
    ]


def _walk(target: Any, local: Any, path: str) -> Iterator[Difference]:
    if isinstance(target, dict) and isinstance(local, dict):
        yield from _objects(target, local, path)
    elif isinstance(target, list) and isinstance(local, list):
        for index, (theirs, ours) in enumerate(zip(target, local, strict=False)):
            yield from _walk(theirs, ours, f"{path}[{index}]")
        if len(target) != len(local):
            yield Difference(path=path, kind="length", target=len(target), local=len(local))
    elif not _same(target, local):
        yield Difference(path=path, kind=_kind(target, local, path), target=target, local=local)


def _objects(target: dict[str, Any], local: dict[str, Any], path: str) -> Iterator[Difference]:
    for key in local:
        if key in target:
            yield from _walk(target[key], local[key], _below(path, key))
        else:
            yield Difference(path=_below(path, key), kind="key", target=ABSENT, local=local[key])
    for key in target:
        if key not in local:
            yield Difference(path=_below(path, key), kind="key", target=target[key], local=ABSENT)
    theirs = [key for key in target if key in local]
    ours = [key for key in local if key in target]
    if theirs != ours:
        yield Difference(path=path, kind="order of keys", target=theirs, local=ours)


def _below(path: str, key: str) -> str:
    """Return the place of a key. A key that isn't a simple name is in brackets: ``body["jwt claims"].sub``."""
    return f"{path}.{key}" if re.fullmatch(r"[a-z]\w*", key) else f"{path}[{json.dumps(key)}]"


def _same(target: Any, local: Any) -> bool:
    if type(target) is not type(local):
        return False
    if target == local:
        return True
    if not isinstance(target, str):
        return False
    if not (_CHANGED.search(target) and _CHANGED.search(local)) and _CHANGED.sub(">", target) == _CHANGED.sub(
        ">", local
    ):
        return True  # one side's object is too young to know whether it was changed
    one, other = _TOKEN.fullmatch(target), _TOKEN.fullmatch(local)
    if not one or not other or one["length"] != other["length"]:
        return False
    alphabets = one["alphabet"], other["alphabet"]
    return any(a in _CAN_LOOK_LIKE.get(b, ()) for a, b in (alphabets, alphabets[::-1]))


def _kind(target: Any, local: Any, path: str) -> str:
    """Return the kind of the difference of two values that aren't the same."""
    if (target is None) != (local is None):
        return "null"
    if type(target) is not type(local):
        return "type"
    head, _, key = path.rpartition(".")
    if head == "body" and key in _ERROR_KEYS:
        return _ERROR_KEYS[key]
    if isinstance(target, str) and "<not JSON" in (target + local):
        return "not JSON"
    return "format" if isinstance(target, str) and "<" in target + local else "value"
