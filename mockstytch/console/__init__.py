"""The console, ``/_mock``: pages for a person, rendered on the server.

It reads what the server holds and changes little: it empties the inbox and replays webhooks. A script only keeps the
pages up to date. ``pages`` has the handlers, ``render`` the templates and headers, ``reference`` the texts of the docs
page.
"""
