"""The control API, ``/_mock/api``: test controls that the real API doesn't have.

Each module has the routes of one subject. ``routes.py`` collects them; ``surface.py`` has the access rules and the form
of responses. The modules must not contain rules of the API: they change a project's data through operations of ``api``
and functions of ``domain``. Start with ``clock.py``, the shortest.
"""
