"""Hints: what the caller probably meant, when a name or an id in a request is mistaken.

They are computed when the request log is read. Operations don't contain anything for them, and no request waits for
them. Start reading with ``all_hints``.
"""
