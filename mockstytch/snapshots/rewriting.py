"""Make the document of one project one of another."""

import re
from collections.abc import Set

import msgspec

from mockstytch.ids import Ids
from mockstytch.runtime import Context
from mockstytch.snapshots.formats import Document, DocumentError
from mockstytch.store.records.projects import Project
from mockstytch.store.records.scim import ScimConnection
from mockstytch.store.records.sso import ExternalConnection, OidcConnection, SamlConnection

_CONNECTIONS = (SamlConnection, OidcConnection, ExternalConnection, ScimConnection)
_PROJECT_ID = r"project-(test|live)-[0-9a-f-]{36}"


def for_project(project: Project, taken: Set[str], document: Document) -> Document:
    """Return a document with the project's own id and public token, wherever they occur.

    Other ids stay, so that tests can rely on them. The exception is a connection whose id another project of this
    server has: requests of identity providers have only that id, so it gets another one, always the same.

    Args:
        taken: the ids of the connections of other projects.

    Raises:
        DocumentError: if the document doesn't name its project.
    """
    old, new = document.get("project_id"), project.project_id
    if not isinstance(old, str) or not re.fullmatch(_PROJECT_ID, old):
        raise DocumentError("project_id isn't the id of a project")
    replacements = {old: new, old.replace("project-", "public-token-", 1): project.public_token}
    for connection_id in _connection_ids(document) & taken:
        replacements[connection_id] = Ids.derived(connection_id, new)
    if all(old == new for old, new in replacements.items()):
        return document
    text = msgspec.json.encode(document).decode()
    names = "|".join(re.escape(name) for name in sorted(replacements, key=len, reverse=True))
    text = re.sub(rf"(?:{names})(?![\w-])", lambda match: replacements[match[0]], text)
    rewritten: Document = msgspec.json.decode(text)
    return rewritten


def _connection_ids(document: Document) -> set[str]:
    """Return the ids of the connections in a document that isn't checked yet."""
    tables = document.get("tables")
    lists = [tables.get(record.table.name) for record in _CONNECTIONS] if isinstance(tables, dict) else []
    rows = [row for rows in lists if isinstance(rows, list) for row in rows if isinstance(row, dict)]
    return {row["connection_id"] for row in rows if isinstance(row.get("connection_id"), str)}


def connection_ids_of_others(ctx: Context) -> set[str]:
    """Return the ids of the connections of all other projects."""
    return {
        connection_id
        for record in _CONNECTIONS
        for project_id, connection_id in ctx.store.values_of_all_projects(record, "project_id", "connection_id")
        if project_id != ctx.project.project_id
    }
