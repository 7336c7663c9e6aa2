"""References in the text of a probe: ``{organization_id}``, ``{acme.organization_id}``, ``{totp:secret}``."""

import base64
import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, get_args
from uuid import UUID

import msgspec
import pyotp

from mockstytch.clock import Clock
from mockstytch.domain.login import sandbox
from mockstytch.ids import PREFIXES
from mockstytch.parity.probe import Call
from mockstytch.parity.sending import identity_provider
from mockstytch.protocols.saml.identity_provider import parse_authn_request

# Reserved for documentation and for fiction: no mail server and no telephone has them.
EMAIL_DOMAIN = "example.com"
FICTIONAL_PHONE = "+12025550123"
SANDBOX_PHONE = "+10000000000"

CONSTANTS = {
    "sandbox_email": sandbox.EMAIL_ADDRESS,
    "sandbox_organization_id": sandbox.ORGANIZATION_ID,
    "sandbox_token": sandbox.VALID_TOKEN,
    "sandbox_used_token": "3pzjQpgksDlGKWEwUq2Up--hCHC_0oamfLHyfspKDFU=",
    "sandbox_unknown_token": "CprTtwhnRNiMBiUS2jSLcWYrfuO2POeBNdo5HhW6qTM=",
    "sandbox_phone": SANDBOX_PHONE,
    "fictional_phone": FICTIONAL_PHONE,
}
BUILT_IN = {*CONSTANTS, "prefix", "unique", "email", "project_id", "public_token", "url"}
_REFERENCE = re.compile(r"{([a-z][\w.]*)(?::([^{}]*))?}")


class Unresolved(Exception):
    """A reference to a value that an earlier call should have saved, but didn't."""


class Scope:
    """The values that references have on one side.

    Args:
        built_in: the values that every probe has.
        fixture: returns what a fixture saved.
    """

    def __init__(self, built_in: Mapping[str, str], fixture: Callable[[str], Mapping[str, Any]]) -> None:
        self.built_in, self.saved, self._fixture = built_in, dict[str, Any](), fixture

    def value(self, name: str) -> Any:
        """Return the value of a name.

        Raises:
            Unresolved: if nothing was saved with this name.
        """
        head, _, rest = name.partition(".")
        found: Any = self._fixture(head).get(rest) if rest else self.saved.get(name, self.built_in.get(name))
        if found is None:
            raise Unresolved(name)
        return found

    def resolve(self, value: Any) -> Any:
        """Return a value with every reference in it replaced. A text that is one reference keeps the value's type.

        Raises:
            Unresolved: if a reference has no value.
        """
        if isinstance(value, dict):
            return {self.resolve(key): self.resolve(each) for key, each in value.items()}
        if isinstance(value, list | tuple):
            return [self.resolve(each) for each in value]
        if not isinstance(value, str):
            return value
        if match := _REFERENCE.fullmatch(value):
            return self._replaced(match)
        return _REFERENCE.sub(lambda match: str(self._replaced(match)), value)

    def _replaced(self, match: re.Match[str]) -> Any:
        name, argument = match[1], match[2]
        if argument is None:
            return self.value(name)
        return FUNCTIONS[name](self, *argument.split(","))

    def argument(self, text: str) -> str:
        """Return the value that an argument of a function names, or the text itself."""
        try:
            return str(self.value(text))
        except Unresolved:
            if "." in text or not text.isidentifier():
                return text
            raise


def _totp(scope: Scope, secret: str, steps: str = "0") -> str:
    """Return the code that an authenticator app shows, or one of so many steps of 30 seconds later."""
    return pyotp.TOTP(scope.argument(secret)).at(Clock().now(), counter_offset=int(steps))


def _unknown(scope: Scope, kind: str) -> str:
    """Return a well-formed id that doesn't exist."""
    digest = hashlib.sha256(f"{scope.value('unique')}/{kind}".encode()).digest()
    return f"{PREFIXES[kind]}-test-{UUID(bytes=digest[:16], version=4)}"


def _changed(scope: Scope, name: str) -> str:
    """Return a value with one character changed. In a JWT, it is a character of the signature."""
    value = scope.argument(name)
    at = max(len(value) - 10, 0)
    return value[:at] + ("A" if value[at] != "A" else "B") + value[at + 1 :]


def _s256(scope: Scope, name: str) -> str:
    """Return the PKCE challenge of a verifier."""
    return base64.urlsafe_b64encode(hashlib.sha256(scope.argument(name).encode()).digest()).decode().rstrip("=")


def _basic(scope: Scope, user: str, password: str) -> str:
    """Return the value of an Authorization header."""
    pair = f"{scope.argument(user)}:{scope.argument(password)}"
    return "Basic " + base64.b64encode(pair.encode()).decode()


def _request_id(scope: Scope, name: str) -> str:
    """Return the id of a SAML request, which a start URL put into the URL of the identity provider."""
    return parse_authn_request(scope.argument(name), "redirect").id


FUNCTIONS: dict[str, Callable[..., str]] = {
    "totp": _totp,
    "unknown": _unknown,
    "changed": _changed,
    "s256": _s256,
    "basic": _basic,
    "repeat": lambda _scope, text, times: text * int(times),
    "pem": lambda _scope, kind: identity_provider.pem(msgspec.convert(kind, identity_provider.Pem)),
    "request_id": _request_id,
    "upper": lambda scope, name: scope.argument(name).upper(),
}
# The arguments of these are names of saved values.
_OF_NAMES = ("totp", "changed", "upper", "request_id")


def found_in(call: Call) -> Iterator[re.Match[str]]:
    """Return every reference of a call."""
    text = msgspec.json.encode([call.fields, call.request, call.body, call.headers, call.as_member, call.saml]).decode()
    return _REFERENCE.finditer(text)


def fixtures_of(call: Call) -> set[str]:
    """Return the fixtures that a call has references to."""
    names = [name for match in found_in(call) for name in [match[1], *(match[2] or "").split(",")]]
    return {name.partition(".")[0] for name in names if re.fullmatch(r"[a-z]\w*\.[a-z]\w*", name)}


def problem(call: Call, saved: set[str], fixtures: Mapping[str, frozenset[str]]) -> str:
    """Return the first reference of a call that can't have a value, or ""."""
    for match in found_in(call):
        function, argument = match[1], match[2]
        if argument is not None and function not in FUNCTIONS:
            return f"{match[0]}: no such function; the functions are {', '.join(FUNCTIONS)}"
        if function == "unknown" and argument not in PREFIXES:
            return f"{match[0]}: no such kind; the kinds are {', '.join(PREFIXES)}"
        if function == "pem" and argument not in get_args(identity_provider.Pem):
            return f"{match[0]}: no such kind; the kinds are {', '.join(get_args(identity_provider.Pem))}"
        name = argument.split(",")[0] if argument is not None and function in _OF_NAMES else function
        if argument is not None and function not in _OF_NAMES:
            continue
        head, _, rest = name.partition(".")
        if rest and head not in fixtures:
            return f"{match[0]}: there is no fixture {head}"
        if rest and rest not in fixtures[head]:
            return f"{match[0]}: the fixture {head} doesn't save {rest}"
        if not rest and name not in saved | BUILT_IN:
            return f"{match[0]}: no earlier call saves {name}"
    return ""


def saved_by(call: Call, body: Any, headers: Mapping[str, str]) -> dict[str, Any]:
    """Return the values that a call saves. What the response doesn't have is left out."""
    found = {name: _at(path, body, headers) for name, path in call.save.items()}
    return {name: value for name, value in found.items() if value is not None}


def _at(path: str, body: Any, headers: Mapping[str, str]) -> Any:
    """Return the value at a path: ``member.roles.0``, ``header.location``, or a parameter of a URL: ``url?token``."""
    path, _, parameter = path.partition("?")
    value = body
    if path.startswith("header."):
        value = headers.get(path.removeprefix("header."))
    else:
        for step in path.split("."):
            try:
                value = value[int(step)] if isinstance(value, list) else value[step]
            except (LookupError, TypeError, ValueError):
                return None
    if parameter and isinstance(value, str):
        from urllib.parse import parse_qs, urlsplit

        return next(iter(parse_qs(urlsplit(value).query).get(parameter, [])), None)
    return value
