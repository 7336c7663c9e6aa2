"""``mockstytch snapshot``, ``mockstytch export`` and ``mockstytch import``"""

import json
from pathlib import Path
from typing import Any

import click
import msgspec

from mockstytch.cli.connection import connect, connection_options, json_option, report_errors
from mockstytch.client.models import Diff

_ACTIONS = ("save", "restore", "diff", "list", "delete")


@click.command()
@connection_options
@click.argument("action", type=click.Choice(_ACTIONS))
@click.argument("name", required=False)
@json_option
def snapshot(action: str, name: str | None, as_json: bool, **connection: Any) -> None:
    """Save the project's data, settings and clock under a name, and return to them.

    \b
    mockstytch snapshot save NAME       replaces a snapshot with the same name
    mockstytch snapshot restore NAME
    mockstytch snapshot diff NAME       what was created, changed and deleted since
    mockstytch snapshot list
    mockstytch snapshot delete NAME
    """
    if (name is None) != (action == "list"):
        raise click.UsageError(f"snapshot {action} {'needs a name' if name is None else 'takes no name'}")
    with report_errors():
        mock = connect(**connection)
        mock.call("GET", "/project")  # an error if the project doesn't exist: saving would create it
        snapshots = mock.snapshots
        if action == "list":
            found = snapshots.list()
            lines = [f"{s.created_at:%Y-%m-%d %H:%M:%S}  {s.rows:>7,} rows  {s.name}" for s in found]
            click.echo(_json(found) if as_json else "\n".join(lines) or "no snapshots")
        elif action == "diff":
            changes = snapshots.diff(name or "")
            click.echo(_json(changes) if as_json else _format(changes))
        else:
            result = getattr(snapshots, action)(name)
            if as_json:
                click.echo(_json(result or {}))


@click.command()
@connection_options
@click.argument("file")
@json_option
def export(file: str, as_json: bool, **connection: Any) -> None:
    """Write everything that the project holds to a JSON file; "-" prints it."""
    with report_errors():
        document = connect(**connection).export()
    text = json.dumps(document, indent=None if as_json else 2, ensure_ascii=False)
    if file == "-":
        click.echo(text)
        return
    try:
        Path(file).write_text(text + "\n", encoding="utf-8")
    except OSError as e:
        raise click.ClickException(f"{file} can't be written: {e.strerror}") from None


@click.command("import")
@connection_options
@click.argument("file")
@json_option
def import_(file: str, as_json: bool, **connection: Any) -> None:
    """Replace everything that the project holds by an exported file."""
    try:
        document = json.loads(Path(file).read_text(encoding="utf-8-sig"))
    except OSError as e:
        raise click.ClickException(f"{file} can't be read: {e.strerror}") from None
    except (ValueError, RecursionError) as e:
        raise click.ClickException(f"{file} isn't valid JSON: {e}") from None
    with report_errors():
        mock = connect(**connection)
        mock.import_(document)
    if as_json:
        click.echo(_json({"project_id": mock.project_id}))


def _json(value: Any) -> str:
    return json.dumps(msgspec.to_builtins(value), ensure_ascii=False)


def _format(changes: Diff) -> str:
    lines = [f"+ {o.object_type}  {o.id}" for o in changes.created]
    for change in changes.changed:
        lines.append(f"~ {change.object_type}  {change.id}")
        for name, values in change.fields.items():
            was, now = (json.dumps(values[side], ensure_ascii=False) for side in ("was", "is"))
            lines.append(f"    {name}: {was} → {now}")
    lines += [f"- {o.object_type}  {o.id}" for o in changes.deleted]
    return "\n".join(lines) or "no changes"
