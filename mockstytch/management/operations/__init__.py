"""Operations of the management API: one module for each resource, with the name that the official client uses.

Each module declares its request classes and operations, and adds them to its ``api``. Every module here is served.
Rules that several resources share are in ``management.workspace`` and ``management.fields``.
"""
