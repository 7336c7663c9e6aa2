"""Options of the commands that call a running server."""

import reprlib
from collections.abc import Callable
from typing import Any

import click

from mockstytch.client.handle import MockStytch
from mockstytch.client.transport import MockError
from mockstytch.settings import DEFAULT_PORT, DEFAULT_PROJECT_ID, DEFAULT_SECRET, is_base_url


def _base_url(_ctx: click.Context, _option: click.Parameter, url: str) -> str:
    if not is_base_url(url):
        raise click.BadParameter(f"{reprlib.repr(url)} isn't a valid URL. Example: http://127.0.0.1:4700")
    return url


_OPTIONS = (
    click.option(
        "--url",
        default=f"http://127.0.0.1:{DEFAULT_PORT}",
        envvar="MOCKSTYTCH_URL",
        show_default=True,
        callback=_base_url,
        help="URL of the server.",
    ),
    click.option(
        "--project-id",
        default=DEFAULT_PROJECT_ID,
        envvar="MOCKSTYTCH_PROJECT_ID",
        help="Project id. [default: the default project]",
    ),
    click.option(
        "--secret",
        default=DEFAULT_SECRET,
        envvar="MOCKSTYTCH_SECRET",
        help="Project secret. [default: the default project's secret]",
    ),
)


json_option = click.option("--json", "as_json", is_flag=True, help="Print one line of JSON.")


def connection_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--url``, ``--project-id`` and ``--secret`` to a command."""
    for option in reversed(_OPTIONS):  # the option that is applied last is listed first
        command = option(command)
    return command


def connect(url: str, project_id: str, secret: str) -> MockStytch:
    """Return a handle of the server that these options name."""
    return MockStytch(url=url, project_id=project_id, secret=secret)


class report_errors:
    """A context manager that turns a ``MockError`` into one line on stderr and exit code 1."""

    def __enter__(self) -> None: ...

    def __exit__(self, _type: object, error: object, _traceback: object) -> None:
        if isinstance(error, MockError):
            raise click.ClickException(str(error)) from None
