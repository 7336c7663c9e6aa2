"""A world to begin with, from a file. It is made by calling operations, so that it obeys the rules."""

import json
import tomllib
from pathlib import Path
from typing import Any

from mockstytch.api import members, organizations
from mockstytch.errors import StytchError
from mockstytch.http.validation import parse
from mockstytch.mock import Mock
from mockstytch.store.organizations import Organization
from mockstytch.store.projects import Project


class SeedError(Exception):
    """The file can't be read, or what it asks for breaks a rule. The message says where."""


def plant(mock: Mock, path: Path) -> None:
    """Make what a seed file describes.

    A file is TOML or JSON. ``organizations`` each have the fields of the API's create request and a list of
    ``members`` with those of theirs; they belong to the default project. ``projects`` each have ``project_id``,
    ``secret``, ``name`` and ``organizations`` of their own. What exists already, by slug or address, is left alone.

    Raises:
        SeedError: see the class.
    """
    try:
        text = path.read_text(encoding="utf-8")
        world: Any = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except OSError as e:
        raise SeedError(f"{path} can't be read: {e.strerror}") from None
    except ValueError as e:
        raise SeedError(f"{path} is no {'JSON' if path.suffix == '.json' else 'TOML'}: {e}") from None
    if not isinstance(world, dict):
        raise SeedError(f"{path} holds no table")
    unknown = world.keys() - {"organizations", "projects"}
    if unknown:
        raise SeedError(f"{path}: there is no section {', '.join(sorted(unknown))}")
    _organizations(mock, mock.default_project(), _tables(world, "organizations", str(path)), str(path))
    for number, entry in enumerate(_tables(world, "projects", str(path))):
        where = f"{path}: projects[{number}]"
        try:
            project = mock.register(
                str(entry.get("project_id")), str(entry.get("secret", mock.settings.secret)), str(entry.get("name", ""))
            )
        except StytchError as e:
            raise SeedError(f"{where}: {e}") from None
        _organizations(mock, project, _tables(entry, "organizations", where), where)


def _tables(holder: dict[str, Any], name: str, where: str) -> list[dict[str, Any]]:
    found = holder.get(name, [])
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise SeedError(f"{where}: {name} must be a list of tables")
    return found


def _organizations(mock: Mock, project: Project, entries: list[dict[str, Any]], where: str) -> None:
    for number, entry in enumerate(entries):
        place = f"{where}: organizations[{number}]"
        people = _tables(entry, "members", place)
        try:
            with mock.transaction(project) as ctx:
                slug = str(entry.get("organization_slug", "")).lower()
                existing = ctx.store.find(Organization, slug_key=slug) if slug else None
                if existing:
                    continue
                wanted = parse(organizations.Create, {k: v for k, v in entry.items() if k != "members"})
                made = organizations.create(ctx, wanted)["organization"]["organization_id"]
                for person in people:
                    members.create(ctx, parse(members.Create, {**person, "organization_id": made}))
        except StytchError as e:
            raise SeedError(f"{place}: {e}") from None
