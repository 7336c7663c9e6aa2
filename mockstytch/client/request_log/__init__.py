"""The request log of the Python handle: ``mock.requests``, and the evidence of a failed test.

``requests`` has the calls, ``matching`` compares fields, ``expectations`` finds errors that a test doesn't expect, and
``report`` writes what happened as text. Everything is read from the control API. Start reading with ``requests``.
"""
