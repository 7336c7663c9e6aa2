"""The options of one server process, and their checks."""

import os
import re
import reprlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec

DEFAULT_PROJECT_ID = "project-test-00000000-0000-4000-8000-000000000000"
DEFAULT_SECRET = "secret-test-mockstytch"
DEFAULT_PORT = 4700

_HOST_NAME = re.compile(r"(?=.{1,253}\Z)[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_-]{1,63})*\.?", re.IGNORECASE)
_IPV6 = re.compile(r"[0-9a-f:.]*:[0-9a-f:.]*(%[\w.-]+)?", re.IGNORECASE)


class SettingError(ValueError):
    """A value that a setting can't have.

    Attributes:
        name: the field of ``Settings``.
        problem: what is wrong with the value, and an example.
    """

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"{name}: {problem}")
        self.name, self.problem = name, problem


class Settings(msgspec.Struct, frozen=True, kw_only=True, cache_hash=True):
    """The options of one server. The command line has an option for each, except for the last two.

    Attributes:
        host: the address to listen on.
        port: the port to listen on; 0 picks a free port.
        tls_port: the port of an additional https listener; 0 picks a free port, None serves no https.
        database: the path of a file (a text or an ``os.PathLike``), or an SQLAlchemy URL; "" keeps the data in memory.
        closed: serve only the default project and the projects that a seed file or the management API creates.
        public_url: the base URL of the links in e-mails; "" is the address of each request.
        allowed_hosts: host names besides localhost under which the server can be called.
        smtp: ``host:port`` of a mail server that gets a copy of each e-mail, or "".
        random_seed: an integer that makes ids and tokens reproducible; None makes them unpredictable.
        keep_ended: how many used tokens, ended sessions and undelivered events of each kind a project keeps.
        project_id, secret: credentials of the default project.

    Raises:
        SettingError: if a value can't be used, or has another type than the default one.
    """

    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    tls_port: int | None = None
    database: str = ""
    closed: bool = False
    public_url: str = ""
    allowed_hosts: tuple[str, ...] = ()
    smtp: str = ""
    random_seed: int | None = None
    keep_ended: int = 200
    project_id: str = DEFAULT_PROJECT_ID
    secret: str = DEFAULT_SECRET

    def __post_init__(self) -> None:
        self._normalize()
        if not _is_host(self.host):
            raise SettingError("host", f"{reprlib.repr(self.host)} isn't an address. Examples: 127.0.0.1, 0.0.0.0, ::1")
        for name in ("port", "tls_port"):
            if not 0 <= (getattr(self, name) or 0) <= 65535:
                raise SettingError(name, "the port must be between 0 and 65535")
        if self.public_url and not is_base_url(self.public_url):
            raise SettingError(
                "public_url", f"{reprlib.repr(self.public_url)} isn't a base URL. Example: https://auth.example.com"
            )
        for name in self.allowed_hosts:
            if not _is_host(name):
                raise SettingError(
                    "allowed_hosts", f"{reprlib.repr(name)} isn't a host name. Leave out scheme and port. Example: mock"
                )
        if self.smtp:
            parse_address(self.smtp)
        if self.keep_ended < 0:
            raise SettingError("keep_ended", "it can't be negative")

    def _normalize(self) -> None:
        if isinstance(self.database, os.PathLike):
            msgspec.structs.force_setattr(self, "database", os.fspath(self.database))
        if isinstance(self.allowed_hosts, list):
            msgspec.structs.force_setattr(self, "allowed_hosts", tuple(self.allowed_hosts))
        for name in self.__struct_fields__:
            value = getattr(self, name)
            parts = value if isinstance(value, tuple) else ()
            if not isinstance(value, _TYPES.get(name, str)) or not all(isinstance(part, str) for part in parts):
                raise SettingError(name, f"{reprlib.repr(value)} has the wrong type: {type(value).__name__}")
        msgspec.structs.force_setattr(self, "public_url", self.public_url.rstrip("/"))
        msgspec.structs.force_setattr(self, "allowed_hosts", tuple(name.lower() for name in self.allowed_hosts))


# The types of the options that aren't texts
_TYPES: dict[str, Any] = {
    "port": int,
    "tls_port": int | None,
    "closed": bool,
    "allowed_hosts": tuple,
    "random_seed": int | None,
    "keep_ended": int,
}

# The environment variable of each option, as for ``mockstytch serve``
_VARIABLES = {
    "host": "MOCKSTYTCH_HOST",
    "port": "MOCKSTYTCH_PORT",
    "tls_port": "MOCKSTYTCH_TLS_PORT",
    "database": "MOCKSTYTCH_DB",
    "closed": "MOCKSTYTCH_CLOSED",
    "public_url": "MOCKSTYTCH_PUBLIC_URL",
    "allowed_hosts": "MOCKSTYTCH_ALLOWED_HOST",
    "smtp": "MOCKSTYTCH_SMTP",
    "random_seed": "MOCKSTYTCH_RANDOM_SEED",
    "keep_ended": "MOCKSTYTCH_KEEP_ENDED",
}
_TRUE, _FALSE = ("1", "true", "t", "yes", "y", "on"), ("0", "false", "f", "no", "n", "off")


def options_from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    """Return the options that environment variables set, by field of ``Settings``.

    Raises:
        SettingError: if a variable's value isn't valid. The error names the variable.
    """
    options: dict[str, Any] = {}
    for name, variable in _VARIABLES.items():
        if text := environment.get(variable, ""):
            try:
                options[name] = _option(name, text)
                Settings(**{name: options[name]})
            except SettingError as e:
                raise SettingError(variable, e.problem) from None
    return options


def _option(name: str, text: str) -> Any:
    """Return the value of an option.

    Raises:
        SettingError: if the text has another type than the option.
    """
    if name == "allowed_hosts":
        return tuple(part for part in text.split(",") if part)
    if name == "closed":
        if text.lower() not in (*_TRUE, *_FALSE):
            raise SettingError(name, f"{reprlib.repr(text)} isn't true or false")
        return text.lower() in _TRUE
    return parse_number(name, text) if name in ("port", "tls_port", "random_seed", "keep_ended") else text


def parse_number(name: str, text: str) -> int:
    """Return an integer that an environment variable contains.

    Raises:
        SettingError: if the text isn't an integer of at most 18 digits.
    """
    if not re.fullmatch(r"-?[0-9]{1,18}", text):
        raise SettingError(name, f"{reprlib.repr(text)} isn't a number")
    return int(text)


def parse_address(address: str) -> tuple[str, int]:
    """Return the host and port of ``host:port``. An IPv6 address is in brackets.

    Raises:
        SettingError: if the address isn't valid.
    """
    host, _, port = address.rpartition(":")
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    elif ":" in host:
        host = ""
    if not _is_host(host) or not _is_port(port):
        raise SettingError("smtp", f"{reprlib.repr(address)} isn't a valid address. Example: localhost:1025")
    return host, int(port)


def _is_host(name: str) -> bool:
    return bool(_HOST_NAME.fullmatch(name) or _IPV6.fullmatch(name))


def _is_port(text: str) -> bool:
    return bool(re.fullmatch(r"[0-9]{1,5}", text)) and 0 < int(text) <= 65535


def is_base_url(url: str) -> bool:
    """Return whether paths can be appended to a URL: http or https, a host, perhaps a port and a path."""
    try:
        parts = urlsplit(url)
        has_valid_port = parts.port is None or parts.port > 0  # raises ValueError if it isn't a number up to 65535
    except ValueError:
        return False
    if not re.fullmatch(r"[!-~]+", url) or set(url) & set('?#\\"<>^`{|}') or "@" in parts.netloc:
        return False
    return parts.scheme in ("http", "https") and _is_host(parts.hostname or "") and has_valid_port


def url_of(host: str, port: int, scheme: str = "http") -> str:
    """Return the URL of a listener for clients on this machine."""
    reachable = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104 · read, not bound
    return f"{scheme}://{reachable}:{port}"
