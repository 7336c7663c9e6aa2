"""Requests: from the name of an operation to HTTP, and the servers that requests are sent to."""
