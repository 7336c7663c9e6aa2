"""Saved states of a project: snapshots, the differences from one, and the export and import of everything.

It finds tables through the records, so a new record is part of all of them. A state never contains credentials. Start
with ``saved``; ``document`` has the format of an export.
"""
