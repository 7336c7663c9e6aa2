"""``mockstytch mcp``"""

from typing import Any

import click
from click.core import ParameterSource

from mockstytch.cli.bundled import missing_package
from mockstytch.cli.connection import connect, connection_options, report_errors
from mockstytch.client.handle import MockStytch
from mockstytch.settings import SettingError


@click.command()
@connection_options
@click.pass_context
def mcp(ctx: click.Context, url: str, project_id: str, secret: str) -> None:
    """Run an MCP server on standard input and output, for coding agents.

    Its tools read the inbox, create organizations and members, log in, move time, add faults, explain refusals, reset,
    seed, and save snapshots. Without --url, it starts a mockstytch server that ends with it.
    """
    try:
        from mockstytch.agent_tools import build
    except ModuleNotFoundError as e:
        raise missing_package(e, extra="mcp") from None
    is_own = ctx.get_parameter_source("url") is ParameterSource.DEFAULT
    with report_errors(), _start(project_id, secret) if is_own else connect(url, project_id, secret) as mock:
        mock.configure()  # an error if there is no server; it also creates the project
        build(mock).run()


def _start(project_id: str, secret: str) -> MockStytch:
    """Start a server, with the options in the environment.

    Raises:
        ClickException: if an option isn't valid, or the port is in use.
    """
    options: dict[str, Any] = {"project_id": project_id, "secret": secret}
    try:
        return MockStytch(**options)
    except (OSError, SettingError) as e:
        raise click.ClickException(str(e)) from None
