"""The request log in the control API: list requests, wait for one, delete all.

``filters`` reads and checks the query parameters, and ``routes`` has the calls. How an entry looks, is in
``mockstytch.evidence``.
"""
