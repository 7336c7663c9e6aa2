"""``mockstytch serve``"""

import contextlib
import errno
import json
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mockstytch.cli.activity import server_log
from mockstytch.console.snippets import CODE
from mockstytch.seed_file import MOST_PEOPLE, SeedError, locate, with_people
from mockstytch.settings import DEFAULT_PORT, SettingError, Settings

if TYPE_CHECKING:
    from mockstytch.server import Server

MOST_WORKERS = 512


class CommaSeparated(click.types.StringParamType):
    """An option that can be repeated. Its environment variable has all values, separated by commas."""

    envvar_list_splitter = ","


# The parameters are named like the fields of ``Settings``, except for ``seed``, ``people`` and ``quiet``.
_OPTIONS = {
    "host": click.option(
        "--host", default="127.0.0.1", envvar="MOCKSTYTCH_HOST", show_default=True, help="Address to listen on."
    ),
    "port": click.option(
        "--port",
        default=DEFAULT_PORT,
        envvar="MOCKSTYTCH_PORT",
        show_default=True,
        type=click.IntRange(0, 65535),
        help="Port to listen on. 0 picks a free port.",
    ),
    "database": click.option(
        "--db",
        "database",
        default="",
        envvar="MOCKSTYTCH_DB",
        metavar="PATH_OR_URL",
        help="Keep the data in this file, which only one server can use, or in PostgreSQL. [default: in memory]",
    ),
    "seed": click.option(
        "--seed", envvar="MOCKSTYTCH_SEED", metavar="FILE", help="Load data at start from a TOML, YAML or JSON file."
    ),
    "people": click.option(
        "--people",
        type=click.IntRange(1, MOST_PEOPLE),
        envvar="MOCKSTYTCH_PEOPLE",
        help="Create so many members with made-up names at start.",
    ),
    "closed": click.option(
        "--closed",
        is_flag=True,
        envvar="MOCKSTYTCH_CLOSED",
        help="Serve only the default project and the projects in the seed file.",
    ),
    "tls_port": click.option(
        "--tls-port",
        envvar="MOCKSTYTCH_TLS_PORT",
        type=click.IntRange(0, 65535),
        help="Serve https on this port, too, with a certificate of the local CA.",
    ),
    "public_url": click.option(
        "--public-url",
        default="",
        envvar="MOCKSTYTCH_PUBLIC_URL",
        metavar="URL",
        help="Base URL of the links in e-mails. [default: the address of the request]",
    ),
    "allowed_hosts": click.option(
        "--allowed-host",
        "allowed_hosts",
        type=CommaSeparated(),
        multiple=True,
        envvar="MOCKSTYTCH_ALLOWED_HOST",
        metavar="NAME",
        help="Another host name, besides localhost, under which the server can be called.",
    ),
    "smtp": click.option(
        "--smtp",
        default="",
        envvar="MOCKSTYTCH_SMTP",
        metavar="HOST:PORT",
        help="Send a copy of each e-mail to this mail server.",
    ),
    "random_seed": click.option(
        "--random-seed", type=int, envvar="MOCKSTYTCH_RANDOM_SEED", help="Make ids and tokens reproducible."
    ),
    "keep_ended": click.option(
        "--keep-ended",
        default=200,
        envvar="MOCKSTYTCH_KEEP_ENDED",
        show_default=True,
        type=click.IntRange(0, 10**9),
        help="How many used tokens and ended sessions of each kind a project keeps.",
    ),
    "quiet": click.option(
        "-q",
        "--quiet",
        is_flag=True,
        envvar="MOCKSTYTCH_QUIET",
        help="Don't log requests, messages and webhooks, only warnings.",
    ),
}

_OPTIONS_OF_SETTINGS = {
    "database": "--db",
    "allowed_hosts": "--allowed-host",
    "public_url": "--public-url",
    "tls_port": "--tls-port",
}


def server_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of a command that starts a server. Each has an environment variable."""
    return some_server_options(*_OPTIONS)(command)


def some_server_options(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return a decorator that adds some of the options of a command that starts a server.

    Args:
        names: parameters of the command.
    """

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        for name in reversed(names):  # the option that is applied last is listed first
            command = _OPTIONS[name](command)
        return command

    return decorate


@click.command()
@server_options
@click.option(
    "--json", "as_json", is_flag=True, envvar="MOCKSTYTCH_JSON", help="Print one line of JSON when the server is ready."
)
@click.option(
    "--stop-with-stdin",
    is_flag=True,
    envvar="MOCKSTYTCH_STOP_WITH_STDIN",
    help="Stop when stdin is closed, which also happens if the process that started the server crashes.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, MOST_WORKERS),
    default=1,
    envvar="MOCKSTYTCH_WORKERS",
    show_default=True,
    help="How many processes serve. More than one needs a PostgreSQL database.",
)
def serve(as_json: bool, stop_with_stdin: bool, workers: int, **options: Any) -> None:
    """Run the server in the foreground."""
    prepared = prepare(**options)
    if workers > 1:
        require_shared_database(prepared)
    facts, greeting = prepared.facts(), prepared.greeting()

    def on_ready() -> None:
        click.echo(json.dumps(facts) if as_json else greeting)
        if stop_with_stdin:  # not earlier: the process handles signals only from now on
            threading.Thread(target=_stop_with_stdin, name="mockstytch-stdin", daemon=True).start()

    if workers > 1:
        from mockstytch.cli.workers import run_workers  # its modules take 15 ms, which one process doesn't need

        run_workers(prepared.server, workers, on_ready, quiet=options["quiet"])
    else:
        run(prepared, on_ready)


def require_shared_database(prepared: "PreparedServer") -> None:
    """Refuse several processes if they can't use the same database.

    Raises:
        UsageError: if the database isn't PostgreSQL, or if the system can't hand sockets to other processes.
    """
    if not prepared.server.mock.is_shared:
        prepared.server.stop()
        raise click.UsageError("--workers: several processes need PostgreSQL: --db postgresql+psycopg://…")
    if os.name == "nt":
        prepared.server.stop()
        raise click.UsageError("--workers: Windows can't run several. Start several servers and a load balancer.")


def _stop_with_stdin() -> None:
    """Ask this process to stop when its standard input is closed."""
    with contextlib.suppress(OSError, ValueError):
        while os.read(0, 4096):
            pass
    signal.raise_signal(signal.SIGTERM)


class DatabaseRefused(click.ClickException):
    """Another server uses the database file."""

    exit_code = 2


class PreparedServer:
    """A server that listens and doesn't serve yet, and the texts that describe it."""

    def __init__(self, server: "Server", tls_url: str | None, ca_file: Path | None) -> None:
        self.server, self.tls_url, self.ca_file = server, tls_url, ca_file

    def facts(self) -> dict[str, Any]:
        """Return the URLs and the credentials of the default project, as ``--json`` prints them."""
        project = self.server.mock.projects.default()
        return {
            "url": self.server.url,
            "tls_url": self.tls_url,
            "ca_file": str(self.ca_file) if self.ca_file else None,
            "console_url": f"{self.server.url}/_mock/",
            "project_id": project.project_id,
            "secret": project.secret,
            "public_token": project.public_token,
            "pid": os.getpid(),
        }

    def greeting(self) -> str:
        """Return the text to print when the server is ready."""
        facts = self.facts()
        tls = f"  https         {self.tls_url}  (CA: {self.ca_file})\n" if self.tls_url else ""
        return (
            f"mockstytch is ready. Not affiliated with Stytch, Inc.\n\n"
            f"  API           {facts['url']}\n{tls}"
            f"  inbox         {facts['console_url']}\n"
            f"  docs          {facts['console_url']}docs\n"
            f"  project_id    {facts['project_id']}\n"
            f"  secret        {facts['secret']}\n"
            f"  public_token  {facts['public_token']}\n\n"
            f"Python:\n\n"
            f"  client = stytch.B2BClient(\n"
            f'      project_id="{facts["project_id"]}",\n'
            f'      secret="{facts["secret"]}",\n'
            f'      environment="{facts["url"]}",\n'
            f"  )\n\n"
            f"Other SDKs: mockstytch env --sdk {'|'.join(CODE)}. Ctrl+C stops the server.\n"
        )


def prepare(seed: str | None, people: int | None = None, quiet: bool = False, **options: Any) -> PreparedServer:
    """Return a server that listens and doesn't serve yet.

    Args:
        seed: path of a seed file.
        people: how many members with made-up names to create.
        quiet: log only warnings and errors.
        options: fields of ``Settings``.

    Raises:
        ClickException: if the server can't be started with these options.
        DatabaseRefused: if another server uses the database file.
        UsageError: if an option's value isn't valid.
    """
    from mockstytch.server import Server
    from mockstytch.store.connection import SchemaMismatch
    from mockstytch.store.engine import DatabaseInUse, parent_is_missing

    if parent_is_missing(options["database"]):
        raise click.ClickException(
            f"the folder of {options['database']} doesn't exist. Create it, or use another path."
        )
    try:
        settings = Settings(**options)
        server = Server(settings)
    except SettingError as e:
        raise click.UsageError(f"{_OPTIONS_OF_SETTINGS.get(e.name, f'--{e.name}')}: {e.problem}.") from None
    except DatabaseInUse as e:
        raise DatabaseRefused(str(e)) from None
    except SchemaMismatch as e:
        raise click.ClickException(str(e)) from None
    except (OSError, OverflowError) as e:
        raise port_error(options["host"], options["port"], e, "--port") from None
    if seed or people:
        _load_seed(server, Path(seed) if seed else None, people)
    tls_url, ca_file = (None, None) if settings.tls_port is None else _add_tls(server, settings.tls_port)
    server_log.start(server.mock, quiet=quiet)
    return PreparedServer(server, tls_url, ca_file)


def _load_seed(server: "Server", file: Path | None, people: int | None) -> None:
    from mockstytch.seed.entries import apply_seed

    try:
        content = with_people(file, people)
    except SeedError as e:  # it names the place, or it says that the file can't be read
        raise click.ClickException(str(e)) from None
    try:
        apply_seed(server.mock, content)
    except SeedError as e:
        raise click.ClickException(str(locate(e, file) if file and not e.file else e)) from None


def _add_tls(server: "Server", port: int) -> tuple[str, Path]:
    """Serve the same app over https. Return the URL and the file of the CA's certificate."""
    from mockstytch.dev_tls import create_server_certificate

    host = server.settings.host
    try:
        ca_file, certificate = create_server_certificate(host)
    except OSError as e:
        raise click.ClickException(f"can't write the certificates for https: {e}") from None
    try:
        return server.add_tls(str(certificate)), ca_file
    except OSError as e:
        raise port_error(host, port, e, "--tls-port") from None


def port_error(host: str, port: int, error: Exception, option: str) -> click.ClickException:
    """Return the error message for an address that the server can't listen on.

    Args:
        option: the option that chooses the port.
    """
    if getattr(error, "errno", None) == errno.EADDRINUSE:
        if _is_mockstytch(host, port):
            return click.ClickException(
                f"port {port} on {host} is in use: a mockstytch server already runs there. Use it at "
                f"http://{host}:{port}, or choose another port with {option}."
            )
        return click.ClickException(f"port {port} on {host} is in use. Choose another with {option}.")
    reason = (getattr(error, "strerror", None) or str(error)).partition(" (while attempting")[0]
    return click.ClickException(f"can't listen on {host}:{port}: {reason}. Choose others with --host and {option}.")


def _is_mockstytch(host: str, port: int) -> bool:
    """Return whether the server that uses a port is a mockstytch server."""
    from http.client import HTTPConnection, HTTPException

    connection = HTTPConnection(host, port, timeout=1)
    try:
        connection.request("GET", "/_mock/api/health")
        response = connection.getresponse()
        return response.status == 200 and response.read(100).startswith(b'{"status":"ok","version":"')
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def run(prepared: PreparedServer, on_ready: Callable[[], None]) -> None:
    """Serve until the process is asked to stop."""
    from mockstytch.server import start_collector

    start_collector(prepared.server)
    prepared.server.serve(on_ready)
    prepared.server.mock.close()
