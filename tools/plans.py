"""Write ``mockstytch/store/plans.json``, the compiled statements of requests: ``python -m tools.plans``.

It compiles the stored statements again, because the records may have changed. ``--record`` also stores statements of
new requests: it runs tests that call every operation in many ways, which takes about ten minutes.

``--check`` writes nothing: it prints one line if the file is out of date, and exits with 1.
"""

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import msgspec

from mockstytch.store import plans, records  # noqa: F401 · importing records declares them
from mockstytch.store.copying import copies, old_data
from mockstytch.store.expressions import Shape
from mockstytch.store.texts import text_index, text_totals

_TESTS = [
    "tests/contract",
    "tests/scenarios",
    "tests/client",
    "tests/snapshots",
    "tests/store/test_history.py",
    "tests/store/test_plans_of_large_projects.py",
    "tests/api",
    "tests/browser_api",
    "tests/console",
    "tests/control",
    "tests/faults",
    "tests/management",
    "tests/oauth_server",
    "tests/pages",
    "tests/saml",
    "tests/scim",
    "tests/webhooks",
    "--ignore=tests/scenarios/test_command.py",
]
_MAX_KEY = 2_000  # characters: searches for a long list aren't stored


def main(arguments: list[str]) -> int:
    if arguments not in ([], ["--record"], ["--check"]):
        sys.stderr.write("usage: python -m tools.plans [--record | --check]\n")
        return 2
    stored = plans.FILE.read_bytes() if plans.FILE.exists() else b"{}"
    own = [*old_data.shapes(), *copies.shapes(), *text_index.shapes(), *text_totals.shapes()]
    keys = [*msgspec.json.decode(stored), *map(plans.key_of, own)]
    if arguments == ["--record"]:
        keys += _recorded()
    current = _encode(keys)
    if arguments == ["--check"]:
        if current != stored:
            sys.stderr.write("mockstytch/store/plans.json is out of date. Run: make docs\n")
        return int(current != stored)
    plans.FILE.write_bytes(current)
    return 0


def _recorded() -> list[str]:
    """Return the keys of the shapes that the tests need."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "shapes.json"
        command = [sys.executable, "-m", "pytest", "-q", "-m", "not browser", "-p", "tools.plans", f"--shapes={file}"]
        subprocess.run([*command, *_TESTS], check=True)  # noqa: S603 · our own tests
        return msgspec.json.decode(file.read_bytes(), type=list[str])


def _encode(keys: list[str]) -> bytes:
    """Return the contents of the file for the shapes with these keys. Shapes that can't be compiled are left out."""
    found = {}
    for key in sorted(set(keys)):
        shape = _tuples(msgspec.json.decode(key))
        try:
            found[key] = plans.compiled(shape, "sqlite")
        except (KeyError, TypeError, ValueError):  # a table, column or kind of statement that doesn't exist any more
            continue
    lines = ",\n".join(f"{_json(key)}:{_json(plan)}" for key, plan in found.items())
    return f"{{\n{lines}\n}}\n".encode()


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _tuples(value: Any) -> Shape:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


# The hooks of the pytest plugin that records the shapes.


def pytest_addoption(parser: Any) -> None:
    parser.addoption("--shapes", help="write the shapes of all statements to this file")


def pytest_sessionfinish(session: Any) -> None:
    keys = {plans.key_of(shape) for shape in plans.plans_for("sqlite").used_shapes()}
    short = sorted(key for key in keys if len(key) <= _MAX_KEY)
    Path(session.config.getoption("--shapes")).write_bytes(msgspec.json.encode(short))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
