"""The console, ``/_mock``: web pages that show a project, and change it.

The pages are rendered on the server and work without JavaScript; a script only keeps them up to date. The console must
not contain rules of the API: a form runs an operation or a call of the control API. Start with ``routes.py``; the
handlers are in ``pages``. ``render.py`` has templates and headers, ``reference.py`` the texts of the docs page.
"""
