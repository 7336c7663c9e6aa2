"""What happens on a server, as lines.

``server_log`` is the log of ``mockstytch serve``. ``commands`` has ``mockstytch requests`` and ``mockstytch webhooks``,
which read the control API. Both print the lines of ``lines``.
"""
