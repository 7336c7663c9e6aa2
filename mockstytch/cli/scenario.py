"""``mockstytch scenario``"""

from typing import Any

import click

from mockstytch.cli.bundled import load


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option(
    "--url", default="", envvar="MOCKSTYTCH_URL", help="A server that runs already. [default: one of its own]"
)
@click.option("--seed", type=int, envvar="MOCKSTYTCH_SCENARIO_SEED", help="Decides who appears in the stories.")
@click.option("--list", "only_list", is_flag=True, help="Print the names and titles, and tell nothing.")
def scenario(names: tuple[str, ...], url: str, seed: int | None, only_list: bool) -> None:
    """Tell stories of people who sign up, log in and are refused; all of them where none is named.

    Each runs through the official client, in a project of its own.
    """
    scenarios = load("scenarios")
    chosen = [name.replace("-", "_") for name in names] or list(scenarios.SCENARIOS)
    unknown = [name for name in chosen if name not in scenarios.SCENARIOS]
    if unknown:
        raise click.UsageError(f"there is no story {', '.join(unknown)}. There are: {', '.join(scenarios.SCENARIOS)}")
    if url and not url.startswith(("http://", "https://")):
        raise click.UsageError(f"--url {url!r} is no URL; write http://127.0.0.1:4700")
    if only_list:
        for name in chosen:
            click.echo(f"{name:{max(map(len, chosen))}}  {scenarios.title(name)}")
        return
    outcome = _told(chosen, url, {} if seed is None else {"seed": seed})
    if outcome.failed:
        raise click.ClickException("; ".join(f"{name} failed at {why}" for name, why in outcome.failed.items()))


def _told(names: list[str], url: str, options: dict[str, Any]) -> Any:
    """What became of the stories.

    Raises:
        ClickException: they need something that is not installed, or the server can't be reached.
    """
    runner = load("scenarios._runner")
    try:
        if url:
            return runner.run_scenarios(names, url, **options)
        from mockstytch.client.handle import MockStytch

        with MockStytch() as mock:
            return runner.run_scenarios(names, mock.url, **options)
    except ModuleNotFoundError as e:
        raise click.ClickException(
            f"the stories need the package {e.name!r}. Install all of their needs with: pip install 'mockstytch[demo]'"
        ) from None
    except runner.ScenarioFailed as e:
        raise click.ClickException(str(e)) from None
