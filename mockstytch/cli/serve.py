"""``mockstytch serve``"""

import gc
import json
import logging
import os
from pathlib import Path
from typing import Any

import click

from mockstytch.settings import DEFAULT_PORT, Settings


class _Name(click.types.StringParamType):
    """One of several, which commas part in the environment."""

    envvar_list_splitter = ","


_OPTIONS = (
    click.option("--host", default="127.0.0.1", envvar="MOCKSTYTCH_HOST", show_default=True),
    click.option(
        "--port",
        default=DEFAULT_PORT,
        envvar="MOCKSTYTCH_PORT",
        show_default=True,
        type=click.IntRange(0, 65535),
        help="0 picks a free one.",
    ),
    click.option(
        "--db",
        default="",
        envvar="MOCKSTYTCH_DB",
        metavar="PATH_OR_URL",
        help="Keep the data in this file. [default: in memory]",
    ),
    click.option(
        "--seed",
        envvar="MOCKSTYTCH_SEED",
        metavar="FILE",
        help="A world to begin with: projects, settings, organizations, members, … (TOML or JSON).",
    ),
    click.option(
        "--closed",
        is_flag=True,
        envvar="MOCKSTYTCH_CLOSED",
        help="Serve only the default project and those of the seed file.",
    ),
    click.option(
        "--tls-port",
        envvar="MOCKSTYTCH_TLS_PORT",
        type=click.IntRange(0, 65535),
        help="Listen for https here as well, with a certificate of the local CA.",
    ),
    click.option(
        "--public-url",
        default="",
        envvar="MOCKSTYTCH_PUBLIC_URL",
        metavar="URL",
        help="How people reach this server, for the links in e-mails. [default: as the request came]",
    ),
    click.option(
        "--allowed-host",
        type=_Name(),
        multiple=True,
        envvar="MOCKSTYTCH_ALLOWED_HOST",
        metavar="NAME",
        help="A name besides localhost by which the console and the control API may be called.",
    ),
    click.option(
        "--smtp",
        default="",
        envvar="MOCKSTYTCH_SMTP",
        metavar="HOST:PORT",
        help="Send a copy of each e-mail to this mail server.",
    ),
    click.option("--random-seed", type=int, envvar="MOCKSTYTCH_RANDOM_SEED", help="Make ids and tokens reproducible."),
)


def server_options(command: Any) -> Any:
    """The options of every command that starts a server. Each has an environment variable of its name."""
    for option in reversed(_OPTIONS):  # the last one applied is listed first
        command = option(command)
    return command


@click.command()
@server_options
@click.option("--json", "as_json", is_flag=True, envvar="MOCKSTYTCH_JSON", help="Print one JSON line when it answers.")
def serve(as_json: bool, **options: Any) -> None:
    """Run the server in the foreground."""
    running = prepared(**options)
    run(running, lambda: click.echo(json.dumps(running.facts()) if as_json else running.greeting()))


class Running:
    """A server that is about to run, and what there is to say about it."""

    def __init__(self, server: Any, tls_url: str | None, ca_file: Path | None) -> None:
        self.server, self.tls_url, self.ca_file = server, tls_url, ca_file

    def facts(self) -> dict[str, Any]:
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
        facts = self.facts()
        tls = f"  https         {self.tls_url}  (CA: {self.ca_file})\n" if self.tls_url else ""
        return (
            f"mockstytch is ready. Independent of Stytch, Inc.\n\n"
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
            f'      environment="{facts["url"]}/",\n'
            f"  )\n\n"
            f"Others: mockstytch env --sdk node|go|java|ruby|browser. Ctrl+C stops.\n"
        )


def prepared(
    host: str,
    port: int,
    db: str,
    seed: str | None,
    closed: bool,
    tls_port: int | None,
    public_url: str,
    allowed_host: tuple[str, ...],
    smtp: str,
    random_seed: int | None,
) -> Running:
    """A server with these options, listening and not yet serving.

    Raises:
        ClickException: one of them can't be what it is.
    """
    from mockstytch.server import Server, listening, url_of
    from mockstytch.store.engine import SchemaMismatch, parent_is_missing

    if parent_is_missing(db):
        raise click.ClickException(f"there is no folder for {db}. Make it, or name another file.")
    settings = Settings(
        host=host,
        port=port,
        database=db,
        closed=closed,
        public_url=public_url.rstrip("/"),
        allowed_hosts=allowed_host,
        smtp=smtp,
        random_seed=random_seed,
    )
    try:
        server = Server(settings)
    except SchemaMismatch as e:
        raise click.ClickException(str(e)) from None
    except (OSError, OverflowError) as e:
        raise click.ClickException(_taken(host, port, e)) from None
    if smtp:
        from mockstytch.smtp_relay import Relay

        try:
            server.mock.subscribers.append(Relay(smtp))
        except ValueError as e:
            raise click.UsageError(str(e)) from None
    if seed:
        from mockstytch.seed import SeedError, apply_seed

        try:
            apply_seed(server.mock, Path(seed))
        except SeedError as e:
            raise click.ClickException(str(e)) from None
    tls_url, ca_file = None, None
    if tls_port is not None:
        from mockstytch.dev_tls import server_certificate

        try:
            ca_file, certificate = server_certificate(host)
            at = listening(host, tls_port)
        except OSError as e:
            raise click.ClickException(_taken(host, tls_port, e)) from None
        server.add(server.app, at, str(certificate))
        tls_url = url_of(host, at.getsockname()[1], "https")
    return Running(server, tls_url, ca_file)


def _taken(host: str, port: int, e: Exception) -> str:
    return f"can't listen on {host}:{port} ({getattr(e, 'strerror', None) or e}). Choose another with --port."


def run(running: Running, on_ready: Any) -> None:
    """Serve until told to stop."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    gc.freeze()  # what was loaded stays for good: the collector need not look at it during a request
    gc.enable()
    running.server.serve(on_ready)
    running.server.mock.close()
