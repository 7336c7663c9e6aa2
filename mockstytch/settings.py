"""What a server can be told from outside. Nothing else reads the environment."""

import os
from collections.abc import Mapping

import msgspec

DEFAULT_PROJECT_ID = "project-test-00000000-0000-4000-8000-000000000000"
DEFAULT_SECRET = "secret-test-mockstytch"
DEFAULT_PORT = 4700


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of one server.

    Attributes:
        host: the address to listen on.
        port: the port to listen on; 0 picks a free one.
        database: a file's path or an SQLAlchemy URL; "" keeps everything in memory.
        closed: serve only the default project, those of the seed file, and what the management API makes.
        public_url: how people reach this server, for the links in e-mails; "" uses the address each request came to.
        allowed_hosts: names besides loopback by which the control API and the console may be called.
        smtp: ``host:port`` of a mail server that gets a copy of each e-mail, or "".
        random_seed: makes ids and tokens reproducible; None makes them unpredictable.
    """

    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    database: str = ""
    closed: bool = False
    public_url: str = ""
    allowed_hosts: tuple[str, ...] = ()
    smtp: str = ""
    random_seed: int | None = None
    project_id: str = DEFAULT_PROJECT_ID
    secret: str = DEFAULT_SECRET

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> "Settings":
        """The settings that ``MOCKSTYTCH_<OPTION>`` variables give.

        Raises:
            ValueError: a variable can't be read; the message names it.
        """
        given: dict[str, object] = {}
        for field in msgspec.structs.fields(cls):
            name = "MOCKSTYTCH_" + _OPTIONS.get(field.name, field.name).upper()
            if name in environ:
                text = environ[name]
                value = [part for part in text.split(",") if part] if field.name == "allowed_hosts" else text
                try:
                    given[field.name] = msgspec.convert(value, field.type, strict=False)
                except msgspec.ValidationError as e:
                    raise ValueError(f"{name}={text!r}: {e}") from None
        return cls(**given)  # type: ignore[arg-type]  # each was converted to its field's type above


_OPTIONS = {"database": "db", "allowed_hosts": "allowed_host"}  # the option's name, where it isn't the field's
