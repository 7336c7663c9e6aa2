"""Imports every module that declares a table, so that the schema is whole. Parents first."""

from mockstytch.store import credentials, events, management, members, messages, organizations, projects, sessions

__all__ = ["credentials", "events", "management", "members", "messages", "organizations", "projects", "sessions"]
