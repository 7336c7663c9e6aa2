"""Fixtures of the tests of faults."""

from tests.cli.conftest import run, serve, started  # noqa: F401 · fixtures
