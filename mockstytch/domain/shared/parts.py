"""Work on many rows in parts, each in its own transaction, so that other requests don't wait for all of it.

users, has_more = parts.first(ctx, ScimUser, query)
…  # so that the query doesn't find these rows again
if has_more:
    raise MoreToDo
"""

from typing import TypeVar

from mockstytch.runtime import Context
from mockstytch.store.queries import RowQuery
from mockstytch.store.records.members import Member
from mockstytch.store.records.scim import ScimUser
from mockstytch.store.records.sso import SsoRegistration

SIZE = 32  # rows: to delete so many members with their events takes about 5 ms
R = TypeVar("R", Member, ScimUser, SsoRegistration)


def first(ctx: Context, record: type[R], query: RowQuery) -> tuple[list[R], bool]:
    """Return the first rows that a query finds, and whether there are more."""
    rows = ctx.store.rows(record, query.limit(SIZE + 1))
    return rows[:SIZE], len(rows) > SIZE
