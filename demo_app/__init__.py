"""A small web app that logs people in through Stytch B2B, written as a customer of Stytch would write it.

It knows the official SDK and its own settings, and nothing of what is at the other end: the same app runs against
Stytch and against an emulator of it. Independent of Stytch, Inc.
"""

from .app import create_app
from .settings import Settings

__all__ = ["Settings", "create_app"]
