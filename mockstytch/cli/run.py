"""``mockstytch run``"""

import contextlib
import os
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from mockstytch.cli.serve import CommaSeparated, PreparedServer, prepare, some_server_options
from mockstytch.settings import SettingError, Settings

if TYPE_CHECKING:
    from mockstytch.takeover.session import Takeover

_HOST = "127.0.0.1"
# The management API answers only to trusted names. The others need no trust.
_MANAGEMENT = "management.stytch.com"
_PROJECT_ID = re.compile(r"project-test-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def _domains(_ctx: click.Context, _option: click.Parameter, names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        try:
            Settings(allowed_hosts=(name,))
            is_valid = "_" not in name and bool(re.search("[a-z]", name, re.IGNORECASE)) and ":" not in name
        except SettingError:
            is_valid = False
        if not is_valid:
            raise click.BadParameter(
                f"{name[:100]!r} isn't a host name. Leave out scheme and port. Example: login.example.com"
            )
    return tuple(name.lower().rstrip(".") for name in names)


@click.command(context_settings={"allow_interspersed_args": False})
@click.option(
    "--port",
    default=0,
    envvar="MOCKSTYTCH_RUN_PORT",
    show_default=True,
    type=click.IntRange(0, 65535),
    help="Port of the server. 0 picks a free port.",
)
@some_server_options("database", "seed", "people", "closed", "public_url", "smtp", "random_seed", "keep_ended")
@click.option(
    "--domain",
    "domains",
    type=CommaSeparated(),
    multiple=True,
    callback=_domains,
    envvar="MOCKSTYTCH_DOMAIN",
    metavar="NAME",
    help="A domain of your project, such as login.example.com: it reaches this server, too. Can be repeated.",
)
@click.option(
    "--namespace/--no-namespace",
    "isolate",
    default=True,
    envvar="MOCKSTYTCH_NAMESPACE",
    help="Give the command its own hosts file, if the system allows it. [default: namespace]",
)
@click.option("--log", is_flag=True, envvar="MOCKSTYTCH_LOG", help="Log requests, messages and webhooks on stderr.")
@click.option(
    "-q", "--quiet", is_flag=True, envvar="MOCKSTYTCH_QUIET", help="Print nothing besides the command's output."
)
@click.argument("command", nargs=-1, type=click.UNPROCESSED, metavar="-- COMMAND [ARGUMENT]...")
def run(
    domains: tuple[str, ...], isolate: bool, log: bool, quiet: bool, command: tuple[str, ...], **options: Any
) -> int:
    """Run a command that calls https://test.stytch.com, and lead its calls to a new server.

    The command needs no changes. The exit code is the command's.
    """
    if not command:
        raise click.UsageError("no command. Example: mockstytch run -- npm test")
    if not hasattr(os, "fork"):
        raise click.ClickException("run doesn't work on Windows. Use it in WSL, or set the SDK's base URL.")
    from mockstytch.takeover.process import CannotRun, Program

    with Program(list(command)) as program, _prepared(domains, isolate, log, **options) as takeover:
        try:
            reason = (
                program.start(takeover.environment, takeover.covered, takeover.target) or takeover.without_namespace
            )
        except CannotRun as e:
            click.echo(f"mockstytch: {e}", err=True)
            return e.exit_code
        if not quiet:
            inbox = f"{takeover.environment['MOCKSTYTCH_URL']}/_mock/"
            note = f" The command has no private hosts file ({reason})." if reason else ""
            click.echo(f"mockstytch: https://test.stytch.com is a local server. Its inbox: {inbox}.{note}", err=True)
        return program.wait()


@contextlib.contextmanager
def _prepared(domains: tuple[str, ...], isolate: bool, log: bool, **options: Any) -> Iterator["Takeover"]:
    """Serve while the command runs.

    Raises:
        ClickException: if the server can't be started with these options.
    """
    from mockstytch.takeover.session import prepare_takeover

    prepared = prepare(quiet=not log, host=_HOST, allowed_hosts=(_MANAGEMENT, *domains), **options)
    server = prepared.server

    def add_listener(listener: Any, certificate: str) -> None:
        server.add(server.app, listener, certificate)

    address = (_HOST, server.settings.port)
    with contextlib.ExitStack() as stack:
        stack.callback(server.stop)
        try:
            takeover = stack.enter_context(
                prepare_takeover(address, domains, _variables(prepared), add_listener, isolate=isolate)
            )
        except OSError as e:
            raise click.ClickException(f"can't prepare the command's environment: {e}") from None
        from mockstytch.server import start_collector

        start_collector(server)
        server.start()
        stack.enter_context(takeover.proxy)
        yield takeover


def _variables(prepared: PreparedServer) -> dict[str, str]:
    """Return variables with the server's URL and the project. Credentials in the environment choose the project."""
    facts, before = prepared.facts(), os.environ
    project_id, secret = facts["project_id"], before.get("STYTCH_SECRET") or facts["secret"]
    if _PROJECT_ID.fullmatch(before.get("STYTCH_PROJECT_ID", "")):
        project_id = before["STYTCH_PROJECT_ID"]
    public_token = project_id.replace("project-", "public-token-", 1)
    missing = {"STYTCH_PROJECT_ID": project_id, "STYTCH_SECRET": secret, "STYTCH_PUBLIC_TOKEN": public_token}
    return {
        **{name: value for name, value in missing.items() if not before.get(name)},
        "MOCKSTYTCH_URL": facts["url"],
        "MOCKSTYTCH_PROJECT_ID": project_id,
        "MOCKSTYTCH_SECRET": secret,
        "MOCKSTYTCH_PUBLIC_TOKEN": public_token,
    }
