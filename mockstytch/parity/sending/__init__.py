"""Requests: from the name of an operation to HTTP. A side is one of the two servers that requests are sent to."""
