"""Import the demo app and the scenarios: next to this package in a checkout, inside it in an installed wheel."""

import sys
from importlib import import_module
from types import ModuleType

import click


def load(name: str) -> ModuleType:
    """Import ``demo_app`` or ``scenarios``, or one of their modules.

    Raises:
        ClickException: if a package that they need isn't installed.
    """
    try:
        return _import(name)
    except ModuleNotFoundError as e:
        raise missing_package(e) from None


def missing_package(error: ModuleNotFoundError, extra: str = "demo") -> click.ClickException:
    """Return the error message for an optional package that isn't installed.

    Args:
        extra: the optional dependencies that have it.
    """
    if getattr(sys, "frozen", False):  # set by PyInstaller
        missing = {"demo": "the demo app and the scenarios", "mcp": "the MCP server"}[extra]
        return click.ClickException(f"this executable doesn't contain {missing}. Install the Python package for that.")
    return click.ClickException(
        f"the package {error.name!r} isn't installed. Install the optional packages with: "
        f'pip install "PATH[{extra}]", '
        "where PATH is your checkout or wheel of mockstytch"
    )


def _import(name: str) -> ModuleType:
    try:
        return import_module(f"mockstytch.{name}")
    except ModuleNotFoundError as e:
        if e.name != f"mockstytch.{name.partition('.')[0]}":
            raise
    return import_module(name)
