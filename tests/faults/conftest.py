"""Fixtures of the tests of faults."""

from tests.cli.conftest import run  # noqa: F401 · a fixture
