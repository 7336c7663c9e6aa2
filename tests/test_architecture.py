"""Rules of the code: sizes, the sources of time and randomness, the use of records, and what an import loads.

Import-linter checks the direction of imports: see ``[tool.importlinter]`` in ``pyproject.toml``.
"""

import ast
import json
import re
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import httpx
import msgspec
import pytest

import mockstytch
from mockstytch.store import records  # noqa: F401 · importing it declares the records
from mockstytch.store.record import Record
from tools import architecture

PACKAGE = Path(mockstytch.__file__).parent
# In an installed package, these two apps are inside it.
MODULES = [p for p in sorted(PACKAGE.rglob("*.py")) if not {"demo_app", "scenarios"} & set(p.parts)]
RECORDS = {record.__name__: record for record in Record.__subclasses__()}


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def functions(module: ast.Module) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [n for n in ast.walk(module) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


# Sizes


# Packages with more than 12 modules, each with its reason.
LARGE_PACKAGES = {
    ".": "the modules of the process, such as server and settings, which belong to no package",
    "api": "one module for each resource of the SDK, in one folder, so that a module is found by the SDK's name",
    "cli": "one module for each command, so that each command has its own file",
    "management/operations": "one module for each resource of the management SDK",
    "store/records": "one module for each subject, so that a table is found by what it is about",
}


def test_package_has_at_most_12_modules():
    folders = Counter(path.parent.relative_to(PACKAGE).as_posix() for path in MODULES if path.name != "__init__.py")
    large = {folder for folder, count in folders.items() if count > 12}
    assert large - LARGE_PACKAGES.keys() == set(), "split the package, or add it to LARGE_PACKAGES with a reason"
    assert LARGE_PACKAGES.keys() - large == set(), "this exception is no longer needed"


def test_function_has_at_most_8_parameters():
    counts = {f"{name_of(path)}:{f.name}": parameters(f) for path in MODULES for f in functions(tree(path))}
    assert {name: count for name, count in counts.items() if count > 8} == {}


def parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    names = [a.arg for a in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)]
    return len([name for name in names if name not in ("self", "cls")])


def test_package_says_what_it_owns():
    docstrings = {name_of(p): ast.get_docstring(tree(p)) or "" for p in MODULES if p.name == "__init__.py"}
    assert {name for name, text in docstrings.items() if len(re.split(r"\.\s", text)) < 2} == set()


def test_module_has_less_than_400_lines():
    sizes = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert {name: size for name, size in sizes.items() if size >= 400} == {}


def test_operation_has_less_than_40_lines():
    operations = [
        (path, f) for path in MODULES if path.parent.name in ("api", "operations") for f in functions(tree(path))
    ]
    sizes = {f"{name_of(path)}:{f.name}": (f.end_lineno or 0) - f.lineno + 1 for path, f in operations}
    assert {name: size for name, size in sizes.items() if size >= 40} == {}


def test_request_path_stays_small():
    """Count the lines of code that every request runs through, without comments and docstrings."""
    assert sum(lines_of_code(path) for path in (PACKAGE / "surfaces").glob("*.py")) < 960


def lines_of_code(path: Path) -> int:
    module = tree(path)
    prose = {
        line
        for node in ast.walk(module)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for line in range(node.lineno, (node.end_lineno or 0) + 1)
    }
    lines = enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
    return sum(1 for number, text in lines if text.strip(" \t#") and text.lstrip()[0] != "#" and number not in prose)


# Time and randomness

_SOURCES = {"clock.py", "ids.py"}
_BANNED_MODULES = {"random", "secrets"}
_BANNED_NAMES = {"time.time", "time.time_ns", "uuid.uuid1", "uuid.uuid4", "datetime.now", "datetime.utcnow"}


def test_time_and_random_values_come_from_the_context():
    used = {name_of(path): list(banned(tree(path))) for path in MODULES if name_of(path) not in _SOURCES}
    assert {name: found for name, found in used.items() if found} == {}


def banned(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (a.name for a in node.names if a.name in _BANNED_MODULES)
        elif isinstance(node, ast.ImportFrom):
            full = [node.module or "", *(f"{node.module}.{a.name}" for a in node.names)]
            yield from (name for name in full if name in _BANNED_MODULES | _BANNED_NAMES)
        elif isinstance(node, ast.Attribute):
            name = ".".join(ast.unparse(node).split(".")[-2:])
            if name in _BANNED_NAMES:
                yield name


@pytest.mark.parametrize(
    "source",
    [
        "import random",
        "from secrets import token_hex",
        "from uuid import uuid4",
        "import time\ntime.time()",
        "import datetime\ndatetime.datetime.now()",
    ],
)
def test_banned_name_is_found(source):
    assert list(banned(ast.parse(source)))


# Records are values: an update that isn't assigned is lost. Column names are checked before the code runs.


def store_calls(node: ast.AST, *methods: str) -> Iterator[tuple[str, ast.Call]]:
    for call in ast.walk(node):
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
            continue
        holder = ast.unparse(call.func.value).split(".")[-1]
        if call.func.attr in methods and (holder == "store" or "Store(" in ast.unparse(call.func.value)):
            yield call.func.attr, call


def other_branch(node: ast.AST, statement: ast.stmt) -> Iterator[ast.AST]:
    """Yield the nodes of the ``else`` of an ``if`` that contains a statement."""
    if isinstance(node, ast.If) and any(statement in ast.walk(part) for part in node.body):
        yield from (inner for part in node.orelse for inner in ast.walk(part))


def forgotten(function: ast.AST) -> list[str]:
    """Return the updates whose result is dropped although the old row is used afterwards."""
    lost = []
    for statement in ast.walk(function):
        if not isinstance(statement, ast.Expr):
            continue
        for _, call in store_calls(statement, "update", "update_if_unchanged"):
            if call is statement.value and call.args and isinstance(call.args[0], ast.Name):
                row, after = call.args[0].id, ((statement.end_lineno or 0), (statement.end_col_offset or 0))
                other = {id(n) for i in ast.walk(function) for n in other_branch(i, statement)}
                uses = [n for n in ast.walk(function) if isinstance(n, ast.Name) and n.id == row and id(n) not in other]
                later = sorted((n for n in uses if (n.lineno, n.col_offset) > after), key=lambda n: n.lineno)
                if later and isinstance(later[0].ctx, ast.Load):
                    lost.append(f"line {statement.lineno}: {row}")
    return lost


@cache
def returns() -> dict[str, str]:
    """Return the functions that return a record, with its name: ``lookup.member`` → ``Member``."""
    found = {}
    for path in MODULES:
        for f in functions(tree(path)):
            if f.returns and (record := record_in(f.returns)):
                found[f"{path.stem}.{f.name}"] = found[f.name] = record
    return found


def record_in(annotation: ast.expr) -> str:
    """Return the record of ``Member`` and ``Member | None``, and "" for anything else, such as ``list[Member]``."""
    plain = ast.unparse(annotation).replace('"', "").removesuffix(" | None")
    return plain if plain in RECORDS else ""


def types_of(function: ast.FunctionDef | ast.AsyncFunctionDef, returned: dict[str, str]) -> dict[str, str]:
    """Return the variables of a function that hold a record, as far as annotations and calls show."""
    arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    known = {a.arg: record for a in arguments if a.annotation and (record := record_in(a.annotation))}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and isinstance(node.value, ast.Call):
            call, name = node.value, node.targets[0].id
            if any(call is c for _, c in store_calls(call, "find", "get")) and isinstance(call.args[0], ast.Name):
                known[name] = call.args[0].id
            elif ast.unparse(call.func) in returned:
                known[name] = returned[ast.unparse(call.func)]
    return known


def misspelled(function: ast.FunctionDef | ast.AsyncFunctionDef, returned: dict[str, str]) -> tuple[list[str], int]:
    """Return the keywords of store calls that aren't columns of the record, and the number of calls checked."""
    known, wrong, judged = types_of(function, returned), [], 0
    for method, call in store_calls(
        function, "find", "get", "all", "delete_all", "insert", "update", "update_if_unchanged"
    ):
        subject = call.args[0] if call.args else None
        if method == "insert":
            subject = subject.func if isinstance(subject, ast.Call) else None
        name = subject.id if isinstance(subject, ast.Name) else ""
        record = RECORDS.get(name) or RECORDS.get(known.get(name, ""))
        if record is None:
            continue
        judged += 1
        columns = {f.name for f in msgspec.structs.fields(record)} | {"excluding"}  # a parameter of the store
        wrong += [
            f"line {call.lineno}: {record.__name__}.{k.arg}" for k in call.keywords if k.arg and k.arg not in columns
        ]
    return wrong, judged


def test_updated_record_is_assigned():
    assert [
        f"{name_of(path)}, {lost}" for path in MODULES for f in functions(tree(path)) for lost in forgotten(f)
    ] == []


def test_columns_exist():
    returned, judged = returns(), 0
    for path in MODULES:
        for f in functions(tree(path)):
            wrong, count = misspelled(f, returned)
            assert wrong == [], name_of(path)
            judged += count
    assert judged > 60  # a check that recognizes no call would find nothing


@pytest.mark.parametrize(
    ("body", "caught"),
    [
        ("ctx.store.update(member, name='x')\n return wire.member(member)", True),
        ("member = ctx.store.update(member, name='x')\n return wire.member(member)", False),
        ("ctx.store.update(member, name='x')\n member = lookup.member(ctx)\n return member", False),
        ("ctx.store.update(member, name='x')", False),
        ("if ctx:\n  ctx.store.update(member, name='x')\n else:\n  return member", False),
        ("if ctx:\n  ctx.store.update(member, name='x')\n return member", True),
    ],
)
def test_unassigned_update_is_found(body, caught):
    source = f"def f(ctx, member: Member):\n {body}"
    assert bool(forgotten(ast.parse(source))) is caught


@pytest.mark.parametrize(
    "statement",
    [
        "ctx.store.find(Member, member=1)",
        "ctx.store.update(member, nmae='x')",
        "ctx.store.update(found, nmae='x')",
        "ctx.store.insert(Member(), emial=1)",
        "Store(connection, id).all(Member, adress=1)",
    ],
)
def test_misspelled_column_is_found(statement):
    source = f"def f(ctx, member: Member):\n found = lookup.member(ctx)\n {statement}"
    wrong, _ = misspelled(functions(ast.parse(source))[0], returns())
    assert len(wrong) == 1


# Imports between packages and modules


def test_every_package_is_in_the_layers_of_import_linter():
    settings = tomllib.loads((PACKAGE.parent / "pyproject.toml").read_text(encoding="utf-8"))
    [contract] = [c for c in settings["tool"]["importlinter"]["contracts"] if c["type"] == "layers"]
    listed = {part.strip().removeprefix("mockstytch.") for layer in contract["layers"] for part in layer.split("|")}
    assert listed == set(architecture.packages(PACKAGE)) - {"", "__main__"}


@pytest.mark.parametrize("package", ["mockstytch", "scenarios", "demo_app"])
def test_no_modules_import_each_other_in_a_circle(package):
    assert architecture.circles(architecture.module_imports(PACKAGE.parent / package)) == []


def test_circle_is_found():
    imports = {"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}
    assert architecture.circles(imports) == [["a", "b", "c"]]


# Imports at start


def test_heavy_packages_are_not_imported_at_start():
    """Modules that few requests need are imported by the first request that needs them."""
    heavy = (
        *("cryptography", "jinja2", "jwt", "trustme", "click", "stytch", "requests", "pydantic"),
        *("argon2", "bcrypt", "passlib", "phonenumbers", "pyotp", "segno", "zxcvbn"),
        *("httpx", "lxml", "scim2_models", "signxml", "standardwebhooks"),
    )
    code = f"import mockstytch.app, sys; print(*(name for name in {heavy!r} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == []


def test_plugin_imports_nothing_before_a_fixture_is_used():
    code = "import mockstytch.pytest_plugin, sys; print(*sorted(name for name in sys.modules if 'mockstytch' in name))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == ["mockstytch", "mockstytch.pytest_plugin"]


def test_started_server_has_imported_what_its_first_request_needs(tmp_path):
    """Other modules would take time before the server is ready. Measure the start before you add one."""
    command = [sys.executable, "-X", "importtime", "-m", "mockstytch", "serve", "--port=0", "--json", "--quiet"]
    with (
        (tmp_path / "imports").open("w+") as imports,
        subprocess.Popen(
            [*command, "--stop-with-stdin"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=imports, text=True
        ) as server,
    ):
        url = json.loads(server.stdout.readline())["url"]
        assert httpx.get(f"{url}/_mock/api/health", trust_env=False).status_code == 200
        server.communicate(timeout=60)
        imports.seek(0)
        names = [line.rpartition("|")[2].strip() for line in imports if line.startswith("import time:")]
    own = {name.removeprefix("mockstytch.") for name in names if name.startswith("mockstytch.")}
    assert {name for name in own if name.startswith("control.")} == {"control.routes", "control.surface"}
    surfaces = {"about", "api", "browser", "evidence", "management", "oauth_server", "pages", "scim_server"}
    assert {name.partition(".")[0] for name in own} & {*surfaces, "parity", "seed", "snapshots"} == set()
    assert {"console.pages", "console.routes", "surfaces.fields", "redaction"} & own == set()
    assert len(own) < 130
    others = ("anyio", "cryptography", "httpx", "jinja2", "jwt", "phonenumbers", "python_multipart")
    assert {*others, "sqlalchemy", "starlette.requests", "starlette.responses", "trustme", "yaml"} & {*names} == set()
