"""Faults in the control API: add them, list them, remove them. A rule is checked here completely, before it is added.

``checks`` has the checks, and ``routes`` the calls. What a fault does is in ``mockstytch.faults``.
"""
