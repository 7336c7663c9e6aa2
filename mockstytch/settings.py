"""The options of one server process."""

import msgspec

DEFAULT_PROJECT_ID = "project-test-00000000-0000-4000-8000-000000000000"
DEFAULT_SECRET = "secret-test-mockstytch"
DEFAULT_PORT = 4700


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The options of one server. The command line has an option for each, except for the last two.

    Attributes:
        host: the address to listen on.
        port: the port to listen on; 0 picks a free port.
        database: the path of a file, or an SQLAlchemy URL; "" keeps the data in memory.
        closed: serve only the default project and the projects that a seed file or the management API creates.
        public_url: the base URL of the links in e-mails; "" is the address of each request.
        allowed_hosts: host names besides localhost that may call the control API and the console.
        smtp: ``host:port`` of a mail server that gets a copy of each e-mail, or "".
        random_seed: an integer that makes ids and tokens reproducible; None makes them unpredictable.
        project_id, secret: credentials of the default project.
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
