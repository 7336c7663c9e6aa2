"""What the server says about itself: its OpenAPI document, its manifest and ``llms.txt``.

Everything is derived from the routes, the request classes, the settings and the catalogue of errors. ``routes`` has the
calls and builds each document when it is first requested. Start with ``document``; ``schemas`` turns classes into
schemas, ``control_calls`` and ``control_shapes`` have what a route of the control API doesn't say itself.
"""
