"""Faults and rate limits of requests, on every surface. ``surfaces.dispatch`` calls ``requests.respond``.

An operation has no part in it. The rules are in ``mockstytch.faults``; ``operation_names`` says which routes a rule can
name, and ``connections`` breaks a connection off.
"""
