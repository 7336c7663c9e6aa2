"""What one server process holds: projects, transactions, the request log.

It owns the database connection and the lock, decides when a transaction commits, and lists the projects. It contains
no rules of the API and no HTTP. Start with ``Mock``, then ``Context``: an operation reads and writes only through the
``Context`` that it gets.
"""

from mockstytch.runtime.context import Actor, Context, Source
from mockstytch.runtime.mock import Mock, Subscriber
from mockstytch.runtime.request_log import RequestLogEntry

__all__ = ["Actor", "Context", "Mock", "RequestLogEntry", "Source", "Subscriber"]
