"""The browser API (``/sdk/v1``): what the SDKs of browsers and mobile apps call.

Most of its calls are operations of ``api``, which declare them with ``sdk=(…)``. Here is what differs: the caller
is a member or a visitor without a session, the SDK configuration can turn calls off, responses are wrapped in ``data``,
and every response has CORS headers. Operations that only the SDKs call are in ``sdk_operations``. Start with
``surface.py``.
"""
