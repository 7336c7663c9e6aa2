"""``mockstytch scenario``"""

import reprlib
from typing import Any

import click

from mockstytch.cli.bundled import load, missing_package
from mockstytch.nearest import did_you_mean
from mockstytch.settings import is_base_url


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--url", default="", envvar="MOCKSTYTCH_URL", help="URL of a running server. [default: start one]")
@click.option("--seed", type=int, envvar="MOCKSTYTCH_SCENARIO_SEED", help="Seed for generated names.")
@click.option("--list", "only_list", is_flag=True, help="List the scenarios.")
def scenario(names: tuple[str, ...], url: str, seed: int | None, only_list: bool) -> None:
    """Run example flows against the server. Without NAME, run all.

    Each scenario uses the official client and a new project.
    """
    scenarios = load("scenarios")
    chosen = [name.replace("-", "_") for name in names] or list(scenarios.SCENARIOS)
    unknown = [name for name in chosen if name not in scenarios.SCENARIOS]
    if unknown:
        hint = did_you_mean(unknown[0], scenarios.SCENARIOS)
        raise click.UsageError(f"no scenario {unknown[0]!r}.{hint} --list shows all.")
    if url and not is_base_url(url):
        raise click.UsageError(f"--url {reprlib.repr(url)} isn't a valid URL. Example: http://127.0.0.1:4700.")
    if only_list:
        for name in chosen:
            click.echo(f"{name:{max(map(len, chosen))}}  {scenarios.title(name)}")
        return
    results = _run_scenarios(chosen, url, {} if seed is None else {"seed": seed})
    if results.failed:
        raise click.ClickException("; ".join(f"{name} failed at {reason}" for name, reason in results.failed.items()))


def _run_scenarios(names: list[str], url: str, options: dict[str, Any]) -> Any:
    """Run scenarios. Without a URL, they use a new server.

    Raises:
        ClickException: if an optional package isn't installed, or the server can't be reached.
    """
    runner = load("scenarios._runner")
    try:
        if url:
            return runner.run_scenarios(names, url, **options)
        from mockstytch.client.handle import MockStytch

        with MockStytch() as mock:
            return runner.run_scenarios(names, mock.url, **options)
    except ModuleNotFoundError as e:
        raise missing_package(e) from None
    except runner.ScenarioFailed as e:
        raise click.ClickException(str(e)) from None
