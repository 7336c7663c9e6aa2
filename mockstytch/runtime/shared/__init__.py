"""What several processes on one database share: delayed messages, seeds, the request log, notifications.

Each class here takes the place of one that keeps its state in memory, if the database is PostgreSQL.
"""
