"""``mockstytch seed``"""

from pathlib import Path
from typing import Any

import click

from mockstytch.cli.connection import connect, connection_options, json_option, report_errors
from mockstytch.seed_file import MOST_PEOPLE, SeedError, read


@click.command()
@connection_options
@click.argument("file", required=False)
@click.option("--check", is_flag=True, help="Only check the file, without a server.")
@click.option("--people", type=click.IntRange(1, MOST_PEOPLE), help="Also create so many members with made-up names.")
@click.option("--organizations", type=click.IntRange(1, 1000), help="How many organizations they belong to.")
@click.option("--random-seed", type=int, default=0, help="Another number gives other names. [default: 0]")
@json_option
def seed(
    file: str | None,
    check: bool,
    as_json: bool,
    people: int | None,
    organizations: int | None,
    random_seed: int,
    **connection: Any,
) -> None:
    """Create what a seed file describes. What already exists is left unchanged.

    \b
    mockstytch seed seed.toml
    mockstytch seed seed.yaml --check      prints the line and column of a mistake
    mockstytch seed --people 1000
    """
    if (file is None) == (people is None):
        raise click.UsageError("Give a file, or --people" if file is None else "Use a file or --people, not both")
    if people is None and (organizations is not None or random_seed):
        raise click.UsageError("--organizations and --random-seed need --people")
    if check:
        if file is None:
            raise click.UsageError("--check needs a file")
        _check(Path(file))
        click.echo("{}" if as_json else f"{file} is valid.")
        return
    generate = {"people": people, "organizations": organizations, "random_seed": random_seed}
    with report_errors():
        connect(**connection).seed(file if file is not None else {"generate": generate})
    if as_json:
        click.echo("{}")


def _check(file: Path) -> None:
    """Load a file into an empty server in this process, which isn't reachable and ends at once."""
    from mockstytch.outbound import OutboundRequest, OutboundResponse
    from mockstytch.runtime import Mock
    from mockstytch.seed.entries import apply_seed

    async def unreachable(request: OutboundRequest, *, own_urls: tuple[str, ...] = ()) -> OutboundResponse:
        return OutboundResponse(problem="a check calls no other server")

    mock = Mock()
    mock.transport = unreachable
    try:
        read(file)
        apply_seed(mock, file)
    except SeedError as e:
        raise click.ClickException(str(e)) from None
    finally:
        mock.close()
