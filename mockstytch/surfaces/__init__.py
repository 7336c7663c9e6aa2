"""One request path for every public interface of the server.

A surface defines how callers authenticate, how fields are read and how responses are rendered. ``dispatch`` does
everything else, for all surfaces. This package must not contain rules of the API. Start with ``surface.py``, then
``dispatch.py``. Operations are declared with ``endpoint.py`` and the field types of ``fields.py``.
"""
