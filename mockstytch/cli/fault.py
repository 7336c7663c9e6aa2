"""``mockstytch fault``"""

import json
import re
from typing import Any

import click

from mockstytch.cli import Commands
from mockstytch.cli.connection import connect, connection_options, report_errors
from mockstytch.cli.control import parse_duration
from mockstytch.client.faults import Fault

_CONNECTIONS = ("refuse", "reset_before", "reset_after", "truncate")
_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group(cls=Commands)
def fault() -> None:
    """Make requests, messages or webhooks fail on purpose."""


@fault.command()
@connection_options
@click.argument("operation")
@click.option("--method", default="", help="Only requests with this method. OPERATION must be a path.")
@click.option("--error", "error_type", metavar="TYPE", default="", help="Return this error, such as too_many_requests.")
@click.option("--status", "status_code", type=int, help="Status of the error, or of the body.")
@click.option("--body", help="Return exactly this body: JSON, or a text.")
@click.option("--delay", metavar="DURATION", help="Wait first: 500ms, 2s, or 100ms-2s at random.")
@click.option("--connection", type=click.Choice(_CONNECTIONS), help="What happens to the connection.")
@click.option("--malformed", is_flag=True, help="Return 200 with a body that isn't JSON.")
@click.option("--lose", is_flag=True, help="The message or webhook never arrives.")
@click.option("--copies", type=int, help="How often the message or webhook arrives.")
@click.option("--shuffle", is_flag=True, help="Webhooks arrive in random order.")
@click.option("--times", type=int, help="How often it happens. [default: always]")
@click.option("--after", type=int, help="How many requests to skip first.")
@click.option("--probability", type=float, help="Share of the requests, between 0 and 1.")
@click.option("--for", "for_seconds", metavar="DURATION", help="How long it lasts on the project's clock, such as 10m.")
@click.option("--where", metavar="FIELD=VALUE", multiple=True, help="Only requests with this value. Can be repeated.")
@_as_json
def add(operation: str, as_json: bool, **options: Any) -> None:
    """Add a fault to an operation, such as organizations.get, or a path, such as /v1/magic_links/redirect.

    OPERATION can also be message.email, message.sms or webhook. * is a wildcard.
    """
    connection = {name: options.pop(name) for name in ("url", "project_id", "secret")}
    rule = {name: value for name, value in options.items() if value not in (None, "", False, ())}
    if body := rule.get("body"):
        rule["body"] = _json_or_text(body)
    if delay := rule.pop("delay", None):
        is_message = operation.startswith("message.")
        rule |= {"delay_seconds": _milliseconds(delay) / 1000} if is_message else {"delay_ms": _delay(delay)}
    if lasts := rule.pop("for_seconds", None):
        rule["for_seconds"] = _milliseconds(lasts) / 1000
    if where := rule.get("where"):
        rule["where"] = dict(_condition(each) for each in where)
    if operation.startswith("/"):
        rule["path"], operation = operation, ""
    with report_errors():
        added = connect(**connection).faults.add(operation, **rule)
        click.echo(_json(added) if as_json else added.fault_id)


@fault.command("list")
@connection_options
@_as_json
def list_(as_json: bool, **connection: Any) -> None:
    """List the faults, with how often each happened."""
    with report_errors():
        faults = connect(**connection).faults.list()
        for each in faults:
            click.echo(_json(each) if as_json else f"{each.fault_id}  {each.hits} hits  {json.dumps(each.rule)}")
    if not faults and not as_json:
        click.echo("There are no faults.", err=True)


@fault.command()
@connection_options
def clear(**connection: Any) -> None:
    """Remove all faults."""
    with report_errors():
        connect(**connection).faults.clear()


def _json(added: Fault) -> str:
    return json.dumps({"fault_id": added.fault_id, **added.rule, "hits": added.hits})


def _json_or_text(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _delay(text: str) -> float | dict[str, float]:
    """Return milliseconds, or the shortest and the longest delay."""
    shortest, dash, longest = text.partition("-")
    if not dash:
        return _milliseconds(text)
    return {"min": _milliseconds(shortest), "max": _milliseconds(longest)}


def _milliseconds(text: str) -> float:
    """Return a duration such as ``500ms``, ``2s`` or ``1h30m`` in milliseconds.

    Raises:
        UsageError: if the text isn't a valid duration.
    """
    if match := re.fullmatch(r"(\d+(?:\.\d+)?)ms", text):
        return float(match[1])
    units = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86_400}
    return sum(number * units[unit] * 1000 for unit, number in parse_duration(text).items())


def _condition(text: str) -> tuple[str, Any]:
    name, separator, value = text.partition("=")
    if not (name and separator):
        raise click.UsageError(f"--where {text!r} isn't FIELD=VALUE")
    return name, _json_or_text(value)
