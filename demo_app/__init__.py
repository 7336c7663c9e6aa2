"""A small web app with login by Stytch B2B, written as a customer of Stytch would write it.

It uses only the official SDK and its own settings, so it runs against Stytch and against an emulator of it without
changes. Not affiliated with Stytch, Inc.
"""

from .app import create_app
from .settings import Settings

__all__ = ["Settings", "create_app"]
