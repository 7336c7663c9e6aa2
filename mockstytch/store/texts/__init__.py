"""The index of members' texts, which SQLite has for large organizations.

It owns the tables ``member_texts`` and ``text_indexes``, which exist only if a project needs them.
"""
