"""``mockstytch inbox``"""

import json
from typing import Any

import click

from mockstytch.cli.connection import connected, connection_options, refusals
from mockstytch.client.handle import Message


@click.command()
@connection_options
@click.option("--to", default="", metavar="ADDRESS", help="Only messages to this address or number.")
@click.option("--kind", default="", help="Only of this kind: magic_link.login, …")
@click.option("--wait", default=0.0, metavar="SECONDS", type=click.FloatRange(0, 60), help="Wait for one to come.")
@click.option("--link", is_flag=True, help="Print the newest message's link, and nothing else.")
@click.option("--code", is_flag=True, help="Print the newest message's code, and nothing else.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, a line for each message.")
def inbox(to: str, kind: str, wait: float, link: bool, code: bool, as_json: bool, **where: Any) -> None:
    """Read captured messages, newest last."""
    if link and code:
        raise click.UsageError("--link and --code are two different wishes")
    with refusals():
        handle = connected(**where).inbox
        if link or code:
            message = handle.latest(to, kind, wait)
            said = message.link if link else message.code
            if not said:
                raise click.ClickException(f"the newest message has no {'link' if link else 'code'}")
            click.echo(said)
            return
        messages = handle.all(to, kind, wait=wait)
    for message in messages:
        click.echo(json.dumps(_plain(message)) if as_json else _shown(message))
    if not messages and not as_json:
        click.echo("No messages.", err=True)


def _plain(message: Message) -> Any:
    import msgspec

    return msgspec.to_builtins(message)


def _shown(message: Message) -> str:
    said = message.link or message.code or ""
    first = f"{message.created_at:%H:%M:%S}  {message.kind:22}  {message.to}"
    return f"{first}\n          {message.subject or message.text}\n          {said}"
