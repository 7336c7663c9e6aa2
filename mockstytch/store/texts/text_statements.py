"""The statements on members' texts, in SQLAlchemy's terms. See ``text_index`` and ``text_totals``."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sql

from mockstytch.store import schema

_INDEXES = sql.table(
    "text_indexes", *map(sql.column, ("data_key", "next_row", "last_row", "in_order", "indexed_to", "newest"))
)
_TEXTS = sql.table("member_texts", sql.column("rowid"), sql.column("texts"))
_TOTALS = sql.table(
    "text_totals", *map(sql.column, ("id", "data_key", "organization_id", "pattern", "members", "counted_to"))
)
_ROWID: Any = sql.literal_column("members.rowid", sql.Integer())


def candidate(values: Any) -> Any:
    """Return the condition that a member's texts match an expression of FTS5."""
    return _ROWID.in_(_matching(values, _TEXTS.c.rowid))


def newest_candidate(values: Any, has_before: bool) -> Any:
    """Return the condition that a member is one of the newest ones whose texts match an expression of FTS5."""
    found = _matching(values, _TEXTS.c.rowid)
    if has_before:
        older = schema.table_of("members").alias("older")
        rowid: Any = sql.literal_column("older.rowid", sql.Integer())
        own = sql.and_(
            older.c.project_id == values.of("members.project_id"),
            older.c.organization_id == values.of("members.organization_id"),
            older.c.position < values.number(),
        )
        last = sql.select(rowid).select_from(older).where(own).order_by(older.c.position.desc()).limit(1)
        found = found.where(_TEXTS.c.rowid <= last.scalar_subquery())
    return _ROWID.in_(found.order_by(_TEXTS.c.rowid.desc()).limit(values.number()))


def _matching(values: Any, column: Any) -> Any:
    return sql.select(column).where(sql.literal_column("member_texts").op("MATCH")(values.text()))


def _text_index(values: Any) -> Any:
    columns = [column for column in _INDEXES.c if column.name != "data_key"]
    return sql.select(*columns).where(_INDEXES.c.data_key == values.text())


def _text_candidates(values: Any) -> Any:
    some = _matching(values, _TEXTS.c.rowid).limit(values.number()).subquery("some")
    return sql.select(sql.func.count()).select_from(some)


def _last_member(_values: Any) -> Any:
    return sql.select(sql.func.coalesce(sql.func.max(_ROWID), 0)).select_from(schema.table_of("members"))


def _add_text_index(values: Any) -> Any:
    numbers = ("next_row", "last_row", "in_order", "indexed_to", "newest")
    row: dict[str, Any] = {"data_key": values.text()}
    return sql.insert(_INDEXES).values({**row, **{name: values.number() for name in numbers}})


def _add_texts(values: Any) -> Any:
    members = schema.table_of("members").c
    texts = members.email_address + " " + members.mfa_phone_number
    return sql.insert(_TEXTS).from_select(["rowid", "texts"], _between(values, _ROWID, texts))


def _positions(values: Any) -> Any:
    return _between(values, schema.table_of("members").c.position).order_by(_ROWID)


def _between(values: Any, *columns: Any) -> Any:
    """Select from the members of a data key with rowids from one to before another."""
    members = schema.table_of("members")
    rows = sql.select(*columns).select_from(members).where(values.number() <= _ROWID, values.number() > _ROWID)
    # ``+`` keeps SQLite from reading all members of the project: the rowids are the fewest.
    return rows.where((members.c.project_id + "") == values.of("members.project_id"))


def _is_at(values: Any) -> Any:
    numbers = {name: values.number() for name in ("next_row", "in_order", "indexed_to")}
    return sql.update(_INDEXES).values(numbers).where(_INDEXES.c.data_key == values.text())


def _unfinished(_values: Any) -> Any:
    return sql.select(_INDEXES.c.data_key).where(_INDEXES.c.next_row <= _INDEXES.c.last_row)


def _drop(values: Any) -> Any:
    return sql.delete(_INDEXES).where(_INDEXES.c.data_key == values.text())


def _count(_values: Any) -> Any:
    return sql.select(sql.func.count()).select_from(_INDEXES)


def _of_key(values: Any) -> Any:
    names = ("data_key", "organization_id", "pattern")
    return sql.and_(*(_TOTALS.c[name] == values.text() for name in names))


def _text_total(values: Any) -> Any:
    return sql.select(_TOTALS.c.members, _TOTALS.c.counted_to).where(_of_key(values))


def _add_text_total(values: Any) -> Any:
    names = ("data_key", "organization_id", "pattern")
    row: dict[str, Any] = {name: values.text() for name in names}
    return sql.insert(_TOTALS).values({**row, "members": values.number(), "counted_to": values.text()})


def _drop_older_text_totals(values: Any) -> Any:
    def own() -> Any:
        return sql.and_(_TOTALS.c.data_key == values.text(), _TOTALS.c.organization_id == values.text())

    outer = own()
    newest = sql.select(_TOTALS.c.id).where(own()).order_by(_TOTALS.c.id.desc()).limit(values.number())
    return sql.delete(_TOTALS).where(outer, _TOTALS.c.id.not_in(newest))


def _text_total_is_at(values: Any) -> Any:
    changed = sql.update(_TOTALS).values(members=values.number(), counted_to=values.text())
    return changed.where(_of_key(values))


def _compare_texts(values: Any) -> Any:
    members = schema.table_of("members")
    pattern = values.text()
    some = sql.select(members.c.email_address).where(
        members.c.project_id == values.of("members.project_id"),
        members.c.organization_id == values.of("members.organization_id"),
        members.c.status != sql.literal_column("'deleted'"),
        members.c.email_address > values.text(),
    )
    addresses = some.order_by(members.c.email_address).limit(values.number()).subquery("some").c.email_address
    is_like = sql.cast(addresses.like(pattern, escape="\\"), sql.Integer())
    return sql.select(sql.func.count(), sql.func.coalesce(sql.func.sum(is_like), 0), sql.func.max(addresses))


def _drop_text_totals(values: Any) -> Any:
    return sql.delete(_TOTALS).where(_TOTALS.c.data_key == values.text())


KINDS: dict[str, Callable[..., Any]] = {
    "text index": _text_index,
    "text candidates": _text_candidates,
    "last member": _last_member,
    "add text index": _add_text_index,
    "add texts": _add_texts,
    "positions": _positions,
    "text index is at": _is_at,
    "unfinished text indexes": _unfinished,
    "drop text index": _drop,
    "text indexes": _count,
    "text total": _text_total,
    "add text total": _add_text_total,
    "drop older text totals": _drop_older_text_totals,
    "text total is at": _text_total_is_at,
    "compare texts": _compare_texts,
    "drop text totals": _drop_text_totals,
}
