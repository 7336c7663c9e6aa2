"""The demo app and the scenarios: beside this package in a checkout, inside it where it was installed."""

from importlib import import_module
from types import ModuleType

import click


def load(name: str) -> ModuleType:
    """Import ``demo_app`` or ``scenarios``, or a module of theirs.

    Raises:
        ClickException: something that they need is not installed; says what to install.
    """
    try:
        return _import(name)
    except ModuleNotFoundError as e:
        raise click.ClickException(
            f"{name} needs the package {e.name!r}. Install all of its needs with: pip install 'mockstytch[demo]'"
        ) from None


def _import(name: str) -> ModuleType:
    try:
        return import_module(f"mockstytch.{name}")
    except ModuleNotFoundError as e:
        if e.name != f"mockstytch.{name.partition('.')[0]}":
            raise
    return import_module(name)
