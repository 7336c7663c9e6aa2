"""Imports every module that declares a table, so that the schema is whole. Parents first."""

from mockstytch.store import clients, credentials, events, members, messages, organizations, projects, sessions

__all__ = ["clients", "credentials", "events", "members", "messages", "organizations", "projects", "sessions"]
