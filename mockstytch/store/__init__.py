"""The database: records, the tables made from them, and the queries on them.

It owns the SQL. Other packages write conditions with columns (``expressions``) and with ``queries``. It has no rules of
the API: a unique constraint raises the error that the caller passes.

Start with ``record`` (how a table is declared), then ``store`` (``find``, ``insert``, ``update``). The records
themselves are in ``records``, one module for each subject.
"""
