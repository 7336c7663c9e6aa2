"""The data keys of snapshots and of the past: copies of a project's rows, and the deletion of rows with an old key.

Nothing else reads or writes the tables of copies. ``copies`` is for snapshots, ``old_data`` for ``runtime.purge``.
"""
