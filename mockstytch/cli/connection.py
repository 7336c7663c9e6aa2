"""Options of the commands that talk to a server that runs already."""

from typing import Any

import click

from mockstytch.client.handle import MockError, MockStytch
from mockstytch.settings import DEFAULT_PORT, DEFAULT_PROJECT_ID, DEFAULT_SECRET


def connection_options(command: Any) -> Any:
    for option in (
        click.option(
            "--url",
            default=f"http://127.0.0.1:{DEFAULT_PORT}",
            envvar="MOCKSTYTCH_URL",
            show_default=True,
            help="The server.",
        ),
        click.option("--project-id", default=DEFAULT_PROJECT_ID, envvar="MOCKSTYTCH_PROJECT_ID", help="The project."),
        click.option("--secret", default=DEFAULT_SECRET, envvar="MOCKSTYTCH_SECRET", help="Its secret."),
    ):
        command = option(command)
    return command


def connected(url: str, project_id: str, secret: str) -> MockStytch:
    return MockStytch(url=url, project_id=project_id, secret=secret)


class refusals:
    """Turns what the server refuses into one line on stderr."""

    def __enter__(self) -> None: ...

    def __exit__(self, _type: object, error: object, _traceback: object) -> None:
        if isinstance(error, MockError):
            raise click.ClickException(str(error)) from None
