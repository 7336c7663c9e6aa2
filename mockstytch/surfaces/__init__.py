"""One request path for every public interface of the server.

A surface says how callers authenticate, how fields are read and how responses are rendered; ``dispatch`` does the
rest, once for all. This package knows no rule of the API. Start with ``surface.py``, then ``dispatch.py``; an
operation is declared with ``endpoint.py`` and the field types of ``fields.py``.
"""
