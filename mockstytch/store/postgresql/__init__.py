"""PostgreSQL: the connection to it, and how a database is opened. Only a server on PostgreSQL imports this package.

The statements are the same as on SQLite, in the SQL of PostgreSQL: see ``plans``.
"""
