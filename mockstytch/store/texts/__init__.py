"""Searches for a part of members' texts in large organizations, on SQLite.

Their tables exist only if a project needs them: ``member_texts`` and ``text_indexes`` for the index, ``text_totals``.
"""
