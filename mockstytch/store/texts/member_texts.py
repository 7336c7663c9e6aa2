"""Searches for a part of members' e-mail addresses and phone numbers, in large organizations."""

from mockstytch.store.connection import Connection
from mockstytch.store.expressions import Condition
from mockstytch.store.texts import text_index, text_totals
from mockstytch.store.texts.text_totals import TextTotal


class MemberTexts:
    """The addresses and phone numbers of the members that are stored under a data key.

    Its methods return None where the database has no faster way, as on PostgreSQL.
    """

    def __init__(self, connection: Connection, data_key: str) -> None:
        self._connection, self._data_key = connection, data_key

    def candidates(self, text: str) -> Condition | None:
        """Return a condition that all members with a text in their e-mail address or phone number fulfil.

        Returns:
            None if too many members have the text, or the index isn't complete. A missing index is built in the
            background.
        """
        return text_index.candidates(self._connection, self._data_key, text)

    def newest_candidates(self, text: str, organization_id: str, before: int | None, count: int) -> Condition | None:
        """Return a condition that a number of members fulfil: the newest ones that may have the text.

        Args:
            before: only members of the organization with lower positions are wanted; None for all.
            count: how many members with and without the text fulfil it.
        """
        return text_index.newest_candidates(self._connection, self._data_key, text, organization_id, before, count)

    def count(self, organization_id: str, pattern: str, *, begin: bool = True) -> TextTotal | None:
        """Return the number of members whose e-mail address is like a pattern, or count a part of them.

        Args:
            pattern: see ``queries.pattern``.
            begin: whether to begin to count, if no call did before.
        """
        return text_totals.count(self._connection, self._data_key, organization_id, pattern, begin=begin)
