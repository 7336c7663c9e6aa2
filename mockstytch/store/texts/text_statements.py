"""The statements on the index of members' texts, in SQLAlchemy's terms. See ``text_index``."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sql

from mockstytch.store import schema

_INDEXES = sql.table("text_indexes", sql.column("data_key"), sql.column("next_row"), sql.column("last_row"))
_TEXTS = sql.table("member_texts", sql.column("rowid"), sql.column("texts"))
_ROWID: Any = sql.literal_column("members.rowid", sql.Integer())


def candidate(values: Any) -> Any:
    """Return the condition that a member's texts match an expression of FTS5."""
    return _ROWID.in_(_matching(values, _TEXTS.c.rowid))


def _matching(values: Any, column: Any) -> Any:
    return sql.select(column).where(sql.literal_column("member_texts").op("MATCH")(values.text()))


def _text_index(values: Any) -> Any:
    return sql.select(_INDEXES.c.next_row, _INDEXES.c.last_row).where(_INDEXES.c.data_key == values.text())


def _text_candidates(values: Any) -> Any:
    some = _matching(values, _TEXTS.c.rowid).limit(values.number()).subquery("some")
    return sql.select(sql.func.count()).select_from(some)


def _last_member(_values: Any) -> Any:
    return sql.select(sql.func.coalesce(sql.func.max(_ROWID), 0)).select_from(schema.table_of("members"))


def _add_text_index(values: Any) -> Any:
    row = {"data_key": values.text(), "next_row": values.number(), "last_row": values.number()}
    return sql.insert(_INDEXES).values(row)


def _add_texts(values: Any) -> Any:
    members = schema.table_of("members")
    texts = members.c.email_address + " " + members.c.mfa_phone_number
    rows = sql.select(_ROWID, texts).select_from(members).where(values.number() <= _ROWID, values.number() > _ROWID)
    # ``+`` keeps SQLite from reading all members of the project: the rowids are the fewest.
    own = (members.c.project_id + "") == values.of("members.project_id")
    return sql.insert(_TEXTS).from_select(["rowid", "texts"], rows.where(own))


def _is_at(values: Any) -> Any:
    changed = sql.update(_INDEXES).values(next_row=values.number())
    return changed.where(_INDEXES.c.data_key == values.text())


def _unfinished(_values: Any) -> Any:
    return sql.select(_INDEXES.c.data_key).where(_INDEXES.c.next_row <= _INDEXES.c.last_row)


def _drop(values: Any) -> Any:
    return sql.delete(_INDEXES).where(_INDEXES.c.data_key == values.text())


def _count(_values: Any) -> Any:
    return sql.select(sql.func.count()).select_from(_INDEXES)


KINDS: dict[str, Callable[..., Any]] = {
    "text index": _text_index,
    "text candidates": _text_candidates,
    "last member": _last_member,
    "add text index": _add_text_index,
    "add texts": _add_texts,
    "text index is at": _is_at,
    "unfinished text indexes": _unfinished,
    "drop text index": _drop,
    "text indexes": _count,
}
