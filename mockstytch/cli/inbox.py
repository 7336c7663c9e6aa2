"""``mockstytch inbox``"""

import json
import math
from typing import Any

import click
import msgspec

from mockstytch.cli.connection import connect, connection_options, report_errors
from mockstytch.client.inbox import Inbox
from mockstytch.client.models import Message
from mockstytch.client.transport import MockError


def _number(_ctx: click.Context, _option: click.Parameter, seconds: float) -> float:
    if math.isnan(seconds):  # it is in every range, because no comparison with it is true
        raise click.BadParameter("nan isn't a number of seconds.")
    return seconds


@click.command()
@connection_options
@click.option("--to", default="", metavar="ADDRESS", help="Only messages to this address or number.")
@click.option("--kind", default="", help="Only messages of this kind, such as magic_link.login.")
@click.option(
    "--wait",
    default=0.0,
    metavar="SECONDS",
    type=click.FloatRange(0, 60),
    callback=_number,
    help="Wait up to SECONDS for a message. Exit with 1 if there is none.",
)
@click.option("--link", is_flag=True, help="Print only the link of the newest message.")
@click.option("--code", is_flag=True, help="Print only the code of the newest message.")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON for each message.")
def inbox(to: str, kind: str, wait: float, link: bool, code: bool, as_json: bool, **connection: Any) -> None:
    """Read captured messages, newest last."""
    if link and code:
        raise click.UsageError("Use --link or --code, not both")
    with report_errors():
        handle = connect(**connection).inbox
        if link or code:
            message = handle.latest(to, kind, wait)
            value = message.link if link else message.code
            if not value:
                raise click.ClickException(f"the newest message has no {'link' if link else 'code'}")
            click.echo(value)
            return
        if wait:
            handle.latest(to, kind, wait)
        messages = handle.all(to, kind)
    if not messages and not as_json:
        click.echo(_nothing_found(handle, to, kind), err=True)
    for message in messages:
        click.echo(json.dumps(msgspec.to_builtins(message)) if as_json else _format(message))


def _nothing_found(handle: Inbox, to: str, kind: str) -> str:
    """Return what there is instead."""
    try:
        handle.latest(to, kind)
    except MockError as e:
        return str(e)
    return "No message matches."  # it arrived just now


def _format(message: Message) -> str:
    heading = f"{message.created_at:%H:%M:%S}  {message.kind:22}  {message.to}"
    return f"{heading}\n          {message.subject or message.text}\n          {message.link or message.code or ''}"
