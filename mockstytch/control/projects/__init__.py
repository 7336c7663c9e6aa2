"""All projects of the server in the control API: list them, delete them. One project is in ``control.project``.

``listing`` finds and describes projects, and ``routes`` has the calls.
"""
