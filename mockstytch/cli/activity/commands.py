"""``mockstytch requests`` and ``mockstytch webhooks``: what happened in a project, and what happens now."""

import time
from collections.abc import Iterable, Iterator
from typing import Any

import click

from mockstytch.cli.activity import lines
from mockstytch.cli.connection import connect, connection_options, report_errors
from mockstytch.client.handle import MockStytch

_WAIT = 30  # seconds that one call of --follow waits
_ERRORS = "0,4xx,5xx"
_MOST = 10_000
_POLL_SECONDS = 0.5
_NEWEST = 50  # deliveries that are always read again

_follow = click.option("-f", "--follow", is_flag=True, help="Go on, and print each one as it happens. Ctrl+C ends it.")
_limit = click.option(
    "--limit", type=click.IntRange(1, _MOST), default=100, show_default=True, help="How many, the newest ones."
)
_as_json = click.option("--json", "as_json", is_flag=True, help="Print one line of JSON for each.")


@click.command()
@connection_options
@click.option("--operation", default="", help="Only this operation, such as organizations.get. * is a wildcard.")
@click.option("--method", default="", help="Only requests with this method.")
@click.option("--path", default="", help="Only this path. * is a wildcard.")
@click.option("--status", default="", help="Only this status: 404, or 4xx.")
@click.option("--error-type", default="", metavar="TYPE", help="Only this error. * is a wildcard.")
@click.option("--errors", is_flag=True, help="Only requests with an error, or whose connection a fault closed.")
@_limit
@_follow
@_as_json
def requests(errors: bool, limit: int, follow: bool, as_json: bool, **options: Any) -> None:
    """List the latest requests, newest last, each with the reason of a refusal."""
    connection = {name: options.pop(name) for name in ("url", "project_id", "secret")}
    if errors and options["status"]:
        raise click.UsageError("Use --errors or --status, not both")
    filters = options | ({"status": _ERRORS} if errors else {})
    found = False
    with report_errors():
        for request in _requests(connect(**connection), filters, limit, follow):
            found = True
            line = lines.json_line(request) if as_json else f"{request['at'][11:19]} {lines.request_line(request)}"
            click.echo(line, color=lines.has_colours())
    if not found and not as_json:
        click.echo("There are no requests.", err=True)


def _requests(mock: MockStytch, filters: dict[str, Any], limit: int, follow: bool) -> Iterator[dict[str, Any]]:
    """Return requests, oldest first.

    Args:
        follow: whether to wait for more, forever.
    """
    page = mock.call("GET", "/requests", {**filters, "limit": limit})
    yield from page["requests"]
    while follow:
        after, dropped = page["next_after"], page["dropped"]
        query = {**filters, "limit": _MOST, "wait": _WAIT, "after": after}
        page = mock.call("GET", "/requests", query, timeout=_WAIT + 30)
        if after and not page["after_found"] and page["dropped"] > dropped:
            click.echo("Some requests are missing: the log was full.", err=True)
        yield from page["requests"]


@click.command()
@connection_options
@click.option("--event-type", default="", metavar="TYPE", help="Only these events, such as direct.member.*.")
@click.option("--status", type=click.Choice(["pending", "delivered", "failed"]), help="Only deliveries in this state.")
@_limit
@_follow
@_as_json
def webhooks(event_type: str, status: str | None, limit: int, follow: bool, as_json: bool, **connection: Any) -> None:
    """List the latest deliveries of webhooks, newest last. With --follow, print each attempt."""
    filters = {"event_type": event_type, "status": status}
    with report_errors():
        mock = connect(**connection)
        if follow:
            _follow_attempts(mock, filters, limit, as_json)
            return
        deliveries = mock.call("GET", "/webhooks/deliveries", {**filters, "limit": limit})["deliveries"]
    for delivery in deliveries:
        _print_delivery(delivery, as_json)
    if not deliveries and not as_json:
        click.echo("There are no deliveries.", err=True)


def _print_delivery(delivery: dict[str, Any], as_json: bool) -> None:
    if as_json:
        click.echo(lines.json_line(delivery))
    elif delivery["attempts"]:
        attempt = delivery["attempts"][-1]
        line = lines.attempt_line(delivery["event_type"], delivery["url"], attempt)
        click.echo(f"{attempt['at'][11:19]} {line}", color=lines.has_colours())
    else:
        click.echo(f"{delivery['created_at'][11:19]} webhook {delivery['event_type']} to {delivery['url']}: pending")


def _follow_attempts(mock: MockStytch, filters: dict[str, Any], limit: int, as_json: bool) -> None:
    """Print each attempt once.

    Pending deliveries can get an attempt at any time, so all deliveries since the first pending one are read again. The
    newest ones are, too, because they may be sent again by hand.
    """
    printed: dict[tuple[str, str], int] = {}
    query = {"event_type": filters["event_type"], "limit": limit}
    deliveries = _deliveries(mock, query)
    after = ""
    while True:
        for delivery in deliveries:
            key = (delivery["event_id"], delivery["url"])
            for attempt in delivery["attempts"][printed.get(key, 0) :]:
                if filters["status"] in (None, delivery["status"]):
                    _print_delivery({**delivery, "attempts": [attempt]}, as_json)
            printed[key] = len(delivery["attempts"])
        finished = list(_before_pending(deliveries))
        after = finished[-1]["event_id"] if finished else after
        if len(finished) < len(deliveries):
            time.sleep(_POLL_SECONDS)  # a retry of a listed delivery isn't a newer one, so "wait" doesn't see it
        newer = _deliveries(mock, {**query, "limit": _MOST, "after": after, "wait": _POLL_SECONDS})
        known = {delivery["event_id"] for delivery in newer}
        newest = _deliveries(mock, {**query, "limit": _NEWEST})
        deliveries = [*(delivery for delivery in newest if delivery["event_id"] not in known), *newer]


def _deliveries(mock: MockStytch, query: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = mock.call("GET", "/webhooks/deliveries", query, timeout=30)["deliveries"]
    return found


def _before_pending(deliveries: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Return the deliveries before the event of the first pending one."""
    found = list(deliveries)
    pending = next((delivery["event_id"] for delivery in found if delivery["status"] == "pending"), None)
    for delivery in found:
        if delivery["event_id"] == pending:
            return
        yield delivery
