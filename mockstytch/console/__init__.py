"""The console, ``/_mock``: web pages that show a project's inbox, webhooks and requests.

The pages are rendered on the server and work without JavaScript; a script only keeps them up to date. The console must
not contain rules of the API, and changes only two things: it empties the inbox and resends webhooks. Start with
``pages.py``, the handlers. ``render.py`` has templates and headers, ``reference.py`` the texts of the docs page.
"""
