"""``mockstytch env``"""

import shlex

import click

from mockstytch.cli.connection import connection_options
from mockstytch.console.snippets import CODE, REMARKS, variables


@click.command()
@connection_options
@click.option("--sdk", type=click.Choice(list(CODE)), default="python", show_default=True, help="The SDK that you use.")
@click.option("--variables", "only_variables", is_flag=True, help="Print only the variables, for eval in a shell.")
def env(sdk: str, only_variables: bool, url: str, project_id: str, secret: str) -> None:
    """Print how to configure an SDK for this server: environment variables and code."""
    for name, value in variables(url, project_id, secret).items():
        click.echo(f"export {name}={shlex.quote(value)}")
    if only_variables:
        return
    click.echo(f"\n{CODE[sdk]}")
    for remark in REMARKS.get(sdk, ()):
        click.echo(f"// {remark}")
