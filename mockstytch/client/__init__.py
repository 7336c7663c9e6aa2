"""The Python handle of a server: ``MockStytch``, its parts, and the values that they return.

It calls the control API over HTTP, so it works the same with a server in this process and with one elsewhere. It must
not use the server's objects or its database. Users import from ``mockstytch``, not from here. Start reading with
``handle.MockStytch``.
"""
