"""The imports between the modules and packages of ``mockstytch``, and the picture of them.

Each package of ``domain`` is a package here. Imports that only type checkers see don't count.
"""

import ast
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "mockstytch"
_BUNDLED = {"demo_app", "scenarios"}  # inside the package once it is installed; separate apps
# The groups of the picture, from the outside to the inside.
_GROUPS = {
    "command line and tests": ("cli", "pytest_plugin", "testcontainers", "client", "takeover", "server", "dev_tls"),
    "wiring": ("app",),
    "surfaces": ("console", "control", "management", "pages", "scim_server", "oauth_server", "api", "surfaces", "seed"),
    "deliveries": ("webhook_delivery", "smtp_relay"),
    "rules": (),  # every package of domain
    "state": ("wire", "runtime", "faults", "store"),
    "protocols": ("protocols",),
}
# Small modules that any package can import. Their arrows would hide the others.
_GROUND = {
    *("clock", "consumer_api", "errors", "gaps", "ids", "keys", "nearest", "outbound", "seed_file", "settings"),
    *("values", "version"),
}

Imports = Mapping[str, set[str]]


def module_imports(root: Path) -> dict[str, set[str]]:
    """Return the modules of a package by name, each with the modules of the same package that it imports."""
    names = {_name(path, root): path for path in _files(root)}
    return {name: set(_imported(path, root.name, names)) for name, path in names.items()}


def _files(root: Path) -> Iterator[Path]:
    yield from (p for p in sorted(root.rglob("*.py")) if not _BUNDLED & set(p.relative_to(root).parts))


def _name(path: Path, root: Path) -> str:
    parts = path.relative_to(root.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imported(path: Path, package: str, names: Mapping[str, Path]) -> Iterator[str]:
    for node in _runtime_nodes(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == package:
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                yield full if full in names else str(node.module)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in names)


def _runtime_nodes(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
            continue
        yield child
        yield from _runtime_nodes(child)


def circles(imports: Imports) -> list[list[str]]:
    """Return circles of imports, each as the sorted names of its modules."""
    left = {name: set(imported) - {name} for name, imported in imports.items()}
    found = []
    while True:
        try:
            tuple(TopologicalSorter(left).static_order())
        except CycleError as e:
            circle = sorted(set(e.args[1]))
            found.append(circle)
            left = {name: imported - set(circle) if name in circle else imported for name, imported in left.items()}
        else:
            return found


def packages(root: Path = PACKAGE) -> dict[str, set[str]]:
    """Return the packages and top-level modules, each with its imports."""
    result: dict[str, set[str]] = {}
    for name, imported in module_imports(root).items():
        package = _package(name)
        result.setdefault(package, set()).update(_package(other) for other in imported)
    return {name: others - {name, ""} for name, others in result.items() if name != "domain"}


def _package(module: str) -> str:
    """Return ``domain.login`` of ``mockstytch.domain.login.oauth``, and ``store`` of ``mockstytch.store.engine``."""
    parts = module.split(".")[1:]
    return ".".join(parts[: 2 if parts[:1] == ["domain"] else 1])


def picture() -> str:
    """Return the Mermaid graph of the packages. An arrow that follows from other arrows is left out."""
    left_out = {"", "__main__", *_GROUND}
    imports = {name: others - left_out for name, others in packages().items() if name not in left_out}
    lines = ["```mermaid", "flowchart TD"]
    for group, members in _GROUPS.items():
        listed = members or tuple(sorted(name for name in imports if name.startswith("domain.")))
        lines.append(f"  subgraph group_{group.replace(' ', '_')}[{group}]")
        lines += [f"    {_id(name)}[{name}]" for name in listed if name in imports]
        lines.append("  end")
    for name in sorted(imports):
        lines += [f"  {_id(name)} --> {_id(other)}" for other in sorted(_direct(imports, name))]
    return "\n".join([*lines, "```"])


def table() -> str:
    """Return a table of the packages with the first sentence of their docstrings."""
    rows = ["| package | owns |", "| --- | --- |"]
    for name in sorted(name for name in packages() if name not in ("", "__main__")):
        path = PACKAGE.joinpath(*name.split("."))
        path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
        docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        sentence = " ".join(docstring.split("\n\n")[0].split()).replace("``", "`").replace("|", "\\|")
        rows.append(f"| `{name.replace('.', '/')}` | {sentence} |")
    return "\n".join(rows)


def _id(name: str) -> str:
    return name.replace(".", "_")


def _direct(imports: Imports, name: str) -> set[str]:
    """Return the imported packages that aren't also reached by way of another one."""
    reached = {other: _reachable(imports, other) for other in imports[name]}
    return {other for other in imports[name] if not any(other in reached[via] for via in imports[name] - {other})}


def _reachable(imports: Imports, start: str) -> set[str]:
    found: set[str] = set()
    waiting = [*imports.get(start, ())]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += imports.get(name, ())
    return found
