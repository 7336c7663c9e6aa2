"""``mockstytch reset`` and ``mockstytch clock``"""

import json
import re
from datetime import datetime
from typing import Any, Literal

import click

from mockstytch.cli.connection import connect, connection_options, json_option, report_errors

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


@click.command()
@connection_options
@click.option("--all", "all_projects", is_flag=True, help="Reset all projects.")
@click.option(
    "--to",
    default="seed",
    type=click.Choice(["seed", "empty"]),
    help="What the project contains afterwards: the data of its seed, or nothing. [default: seed]",
)
@json_option
def reset(all_projects: bool, to: Literal["seed", "empty"], as_json: bool, **connection: Any) -> None:
    """Return the project to its start: empty, or with the data of its seed file."""
    with report_errors():
        connect(**connection).reset(all=all_projects, to=to)
    if as_json:
        click.echo("{}")
    else:
        click.echo("All projects are reset." if all_projects else f"{connection['project_id']} is reset.", err=True)


@click.command()
@connection_options
@click.argument("action", required=False, type=click.Choice(["advance", "set", "freeze", "unfreeze"]))
@click.argument("value", required=False)
@json_option
def clock(action: str | None, value: str | None, as_json: bool, **connection: Any) -> None:
    """Show the project's time, or move it.

    \b
    mockstytch clock
    mockstytch clock advance 2h                  units: s, m, h, d; 1h30m works, too
    mockstytch clock set 2030-01-01T00:00:00Z
    mockstytch clock freeze | unfreeze
    """
    if (value is None) != (action not in ("advance", "set")):
        command = f"clock {action}" if action else "clock"
        raise click.UsageError(f"{command} needs a value" if value is None else f"{command} takes no value")
    duration = parse_duration(value or "") if action == "advance" else {}
    time = _parse_time(value or "") if action == "set" else None
    with report_errors():
        mock = connect(**connection)
        project_clock = mock.clock
        now = project_clock.now()  # an error if the project doesn't exist: moving the clock would create it
        if action == "advance":
            now = project_clock.advance(**duration)
        elif time:
            now = project_clock.set(time)
        elif action == "freeze":
            now = project_clock.freeze()
        elif action == "unfreeze":
            now = project_clock.unfreeze()
        state = mock.call("GET", "/clock") if as_json else {}
    click.echo(json.dumps(state) if as_json else now.isoformat().replace("+00:00", "Z"))


def parse_duration(text: str) -> dict[str, float]:
    """Return the keyword arguments of ``advance`` for a duration such as ``2h``, ``1h30m`` or ``-90s``.

    Raises:
        UsageError: if the text isn't a valid duration.
    """
    sign, digits = (-1, text[1:]) if text.startswith("-") else (1, text)
    parts = re.findall(r"(\d+(?:\.\d+)?)([smhd])", digits)
    if not parts or "".join(number + unit for number, unit in parts) != digits:
        raise click.UsageError(f"{text!r} isn't a valid duration. Examples: 90s, 10m, 2h, 1h30m, 7d")
    duration: dict[str, float] = {}
    for number, unit in parts:
        duration[_UNITS[unit]] = duration.get(_UNITS[unit], 0) + sign * float(number)
    return duration


def _parse_time(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        time = None
    if time is None or time.tzinfo is None:
        raise click.UsageError(f"{text!r} isn't a valid time with a time zone. Example: 2030-01-01T00:00:00Z")
    return time
