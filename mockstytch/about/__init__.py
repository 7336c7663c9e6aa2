"""What the server says about itself: its OpenAPI document, its manifest and ``llms.txt``.

Everything is derived from the routes, the request classes, the settings and the catalogue of errors. ``routes`` has the
calls. Each document is built when it is first requested, so that a start takes no longer.
"""
