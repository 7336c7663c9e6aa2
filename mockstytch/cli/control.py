"""``mockstytch reset``, ``mockstytch clock``"""

from datetime import datetime
from typing import Any

import click

from mockstytch.cli.connection import connected, connection_options, refusals

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


@click.command()
@connection_options
@click.option("--all", "everything", is_flag=True, help="All projects.")
def reset(everything: bool, **where: Any) -> None:
    """Empty the project, its clock and settings included."""
    with refusals():
        connected(**where).reset(all=everything)


@click.command()
@connection_options
@click.argument("action", required=False, type=click.Choice(["advance", "set", "freeze", "unfreeze"]))
@click.argument("value", required=False)
def clock(action: str | None, value: str | None, **where: Any) -> None:
    """Show the project's time, or move it.

    \b
    mockstytch clock
    mockstytch clock advance 2h        (s, m, h, d; 1h30m too)
    mockstytch clock set 2030-01-01T00:00:00Z
    mockstytch clock freeze | unfreeze
    """
    if (value is None) != (action not in ("advance", "set")):
        raise click.UsageError(f"clock {action} takes {'a value' if value is None else 'no value'}")
    with refusals():
        handle = connected(**where).clock
        if action == "advance":
            now = handle.advance(**duration(value or ""))
        elif action == "set":
            now = handle.set(_moment(value or ""))
        else:
            now = {"freeze": handle.freeze, "unfreeze": handle.unfreeze}.get(action or "", handle.now)()
    click.echo(now.isoformat().replace("+00:00", "Z"))


def duration(text: str) -> dict[str, float]:
    """``2h``, ``1h30m``, ``-90s`` as arguments of ``advance``.

    Raises:
        UsageError: it is no duration.
    """
    import re

    sign, rest = (-1, text[1:]) if text.startswith("-") else (1, text)
    parts = re.findall(r"(\d+(?:\.\d+)?)([smhd])", rest)
    if not parts or "".join(n + u for n, u in parts) != rest:
        raise click.UsageError(f"{text!r} is no duration; write 90s, 10m, 2h, 1h30m or 7d")
    found: dict[str, float] = {}
    for number, unit in parts:
        found[_UNITS[unit]] = found.get(_UNITS[unit], 0) + sign * float(number)
    return found


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise click.UsageError(f"{text!r} is no moment; write 2030-01-01T00:00:00Z")
    return moment
