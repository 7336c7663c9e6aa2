"""``mockstytch env``"""

import click

from mockstytch.cli.connection import connection_options
from mockstytch.console.snippets import CODE, variables


@click.command()
@connection_options
@click.option("--sdk", type=click.Choice(list(CODE)), default="python", show_default=True)
def env(sdk: str, url: str, project_id: str, secret: str) -> None:
    """Print what to set, and the lines of code that point an SDK here."""
    for name, value in variables(url, project_id, secret).items():
        click.echo(f"export {name}={value}")
    comment = {"python": "#", "ruby": "#"}.get(sdk, "//")
    remark = f" {comment} the browser API is not served yet: docs/gaps.md" if sdk == "browser" else ""
    click.echo(f"\n{CODE[sdk]}{remark}")
