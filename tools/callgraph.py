"""Find the errors that a function can raise, by reading the source of the functions that it calls.

The search follows calls of functions and methods in the given packages. It respects scopes: a parameter or a local
variable with the name of a function isn't a call of that function. It passes constant arguments on, so that
``resolve(ctx, "login", url)`` reaches only the branches and the table entries for ``"login"``.

It doesn't execute anything. If it can't decide a branch, it takes both sides: the result can have an error too many, in
a case that no request reaches. ``tests/tools/test_callgraph.py`` has an example for each rule.
"""

import ast
from collections.abc import Container, Hashable, Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from mockstytch.errors import Kind
from tools.conditions import Conditions
from tools.scopes import COMPREHENSIONS, SCOPES, Locals, suppresses, swallows

Known = frozenset[tuple[str, frozenset[Hashable]]]  # a parameter's possible values
Value = Any  # a Module, a Function, a Class, an expression, or an object of the errors package

_TABLES = ast.Dict | ast.Tuple | ast.List | ast.Set | ast.DictComp | ast.BinOp | ast.Call
_ENDS = ast.Return | ast.Raise | ast.Continue | ast.Break


class Function(NamedTuple):
    """A function or a method of a module, for example ``Class.method``."""

    module: str
    name: str


class Class(NamedTuple):
    module: str
    name: str


class Table(NamedTuple):
    """The value of a module's variable."""

    module: str
    name: str


class Call(NamedTuple):
    """A function, with the known values of its arguments."""

    function: Function
    known: Known = frozenset()


class Code:
    """The source of some packages.

    Args:
        root: the folder of the top-level package.
        folders: the folders below it in which calls are followed.
        errors: the catalogue: an object with one ``Kind``, or a dict of them, for each name.
        errors_module: the name by which modules import the catalogue.
    """

    def __init__(self, root: Path, folders: Iterable[str], errors: object, errors_module: str) -> None:
        self.errors, self.errors_module = errors, errors_module
        self._files = {}
        for path in sorted(path for folder in folders for path in (root / folder).rglob("*.py")):
            parts = path.relative_to(root.parent).with_suffix("").parts
            self._files[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
        self._modules: dict[str, Module] = {}
        self._reached: dict[Call, tuple[frozenset[str], frozenset[Call]]] = {}

    def raised(self, start: Call, without: Container[Function] = ()) -> set[str]:
        """Return the error types that a call can raise.

        Args:
            without: functions that are known not to raise anything in this call.
        """
        return {error_type for call in self.reached(start, without) for error_type in self._analyze(call)[0]}

    def reached(self, start: Call, without: Container[Function] = ()) -> set[Call]:
        """Return a call, the calls that it makes, the calls that those make, and so on."""
        seen: set[Call] = set()
        waiting = [start]
        while waiting:
            call = waiting.pop()
            if call not in seen and call.function not in without:
                seen.add(call)
                waiting += self._analyze(call)[1]
        return seen

    def names(self) -> list[str]:
        """Return the names of the modules."""
        return list(self._files)

    def module(self, name: str) -> "Module":
        if name not in self._modules:
            self._modules[name] = Module(self, name, self._files[name])
        return self._modules[name]

    def imported(self, target: str) -> Value:
        """Return what an import of ``package.module.name`` gives, or None if it isn't ours."""
        if target == self.errors_module:
            return self.errors
        if target in self._files:
            return self.module(target)
        parent, _, name = target.rpartition(".")
        if parent == self.errors_module:
            return getattr(self.errors, name, None)
        return self.module(parent).find(name) if parent in self._files else None

    def _analyze(self, call: Call) -> tuple[frozenset[str], frozenset[Call]]:
        if call not in self._reached:
            reader = _Reader(self, self.module(call.function.module), call.function.name, call.known)
            reader.read()
            self._reached[call] = frozenset(reader.types), frozenset(reader.calls)
        return self._reached[call]


class Module:
    """The functions, classes, variables and imports of one module."""

    def __init__(self, code: Code, name: str, path: Path) -> None:
        self._code, self.name = code, name
        self.is_package = path.name == "__init__.py"
        self.tree = ast.parse(path.read_text(encoding="utf-8"))

    @cached_property
    def functions(self) -> dict[str, ast.FunctionDef | ast.AsyncFunctionDef]:
        found = {n.name: n for n in self.tree.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)}
        for definition in self.classes.values():
            for node in definition.body:
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    found[f"{definition.name}.{node.name}"] = node
        return found

    @cached_property
    def classes(self) -> dict[str, ast.ClassDef]:
        return {node.name: node for node in self.tree.body if isinstance(node, ast.ClassDef)}

    @cached_property
    def tables(self) -> dict[str, ast.expr]:
        found: dict[str, ast.expr] = {}
        for node in self.tree.body:
            targets = node.targets if isinstance(node, ast.Assign) else []
            targets = [node.target] if isinstance(node, ast.AnnAssign) else targets
            for target in targets:
                if isinstance(target, ast.Name) and isinstance(node, ast.Assign | ast.AnnAssign) and node.value:
                    found[target.id] = node.value
        return found

    @cached_property
    def imports(self) -> dict[str, str]:
        return dict(imports_of(self.tree.body, self.name, self.is_package))

    def find(self, name: str) -> Value:
        """Return what a name means in this module, or None if it isn't ours."""
        if name in self.functions:
            return Function(self.name, name)
        if name in self.classes:
            return Class(self.name, name)
        if name in self.tables:
            return Table(self.name, name)
        if name in self.imports:
            return self._code.imported(self.imports[name])
        return self._code.imported(f"{self.name}.{name}") if self.is_package else None


def imports_of(body: Iterable[ast.AST], module: str, is_package: bool) -> Iterator[tuple[str, str]]:
    """Find the names that statements import, each with its origin."""
    for node in body:
        if isinstance(node, ast.ImportFrom):
            parts = module.split(".")
            base = parts[: len(parts) - node.level + is_package] if node.level else []
            origin = ".".join([*base, *([node.module] if node.module else [])])
            yield from ((alias.asname or alias.name, f"{origin}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from ((alias.asname, alias.name) for alias in node.names if alias.asname)


class _Reader:
    """Reads one function: collects the error types that it names, and its calls."""

    def __init__(self, code: Code, module: Module, function: str = "", known: Known = frozenset()) -> None:
        self._code, self._module = code, module
        self._node = module.functions.get(function)
        self._owner = function.rpartition(".")[0]
        self._locals = Locals(self._node)
        self._known = {name: values for name, values in known if name not in self._locals.reassigned}
        self._imports = dict(imports_of(self._locals.body, module.name, module.is_package))
        self._hidden: list[set[str]] = []  # names bound by nested functions and comprehensions
        self._conditions = Conditions(self._known, self._locals.single, self._hidden)
        self._open: set[Table] = set()  # tables that are being read
        self.types: set[str] = set()
        self.calls: set[Call] = set()

    def read(self) -> None:
        """Read the function."""
        if self._node is not None:
            self._body(self._node.body)

    # Statements

    def _body(self, statements: Iterable[ast.stmt]) -> None:
        """Read statements up to the one that certainly ends them."""
        for node in statements:
            if isinstance(node, ast.If) and (decided := self._conditions.truth(node.test)) is not None:
                taken = node.body if decided else node.orelse
                self._visit(node.test)
                self._body(taken)
                if taken and isinstance(taken[-1], _ENDS):
                    return
            else:
                self._visit(node)
            if isinstance(node, _ENDS):
                return

    def _visit(self, node: ast.AST) -> None:
        if isinstance(node, SCOPES):
            self._nested(node)
        elif isinstance(node, COMPREHENSIONS):
            self._within({n.id for g in node.generators for n in ast.walk(g.target) if isinstance(n, ast.Name)}, node)
        elif isinstance(node, ast.Try | ast.TryStar):
            if not any(swallows(handler) for handler in node.handlers):
                self._body(node.body)
            for part in (*node.handlers, *node.orelse, *node.finalbody):
                self._visit(part)
        elif isinstance(node, ast.With) and any(suppresses(item.context_expr) for item in node.items):
            pass
        elif isinstance(node, ast.AnnAssign):
            self._assigned(node.target, node.value)
        elif isinstance(node, ast.Assign) and len(node.targets) == 1:
            self._assigned(node.targets[0], node.value)
        elif isinstance(node, ast.IfExp) and (decided := self._conditions.truth(node.test)) is not None:
            self._visit(node.test)
            self._visit(node.body if decided else node.orelse)
        elif isinstance(node, ast.Compare):
            self._compared(node)
        elif isinstance(node, ast.Call):
            self._called(node)
        elif isinstance(node, ast.Name | ast.Attribute | ast.Subscript):
            self._named(node)
        else:
            self._children(node)

    def _children(self, node: ast.AST) -> None:
        for _, value in ast.iter_fields(node):
            if isinstance(value, list) and value and isinstance(value[0], ast.stmt):
                self._body(value)
            elif isinstance(value, list):
                for item in value:
                    if isinstance(item, ast.AST):
                        self._visit(item)
            elif isinstance(value, ast.AST):
                self._visit(value)

    def _nested(self, node: SCOPES) -> None:
        names = Locals(node).names
        for default in (*node.args.defaults, *(d for d in node.args.kw_defaults if d)):
            self._visit(default)
        self._hidden.append(names)
        self._body(node.body) if isinstance(node.body, list) else self._visit(node.body)
        self._hidden.pop()

    def _within(self, names: set[str], node: ast.AST) -> None:
        self._hidden.append(names)
        self._children(node)
        self._hidden.pop()

    def _assigned(self, target: ast.expr, value: ast.expr | None) -> None:
        """A table that a local variable holds is read where the variable is used, as far as it is used."""
        if value is not None and not (isinstance(target, ast.Name) and self._table_of(target) is value):
            self._visit(value)
        if not isinstance(target, ast.Name):
            self._children(target)

    def _compared(self, node: ast.Compare) -> None:
        """``e.kind is errors.x`` doesn't raise ``x``."""
        for part in (node.left, *node.comparators):
            if not isinstance(part, ast.Attribute) or self._error(self._meaning(part)) is None:
                self._visit(part)

    # Names

    def _named(self, node: ast.Name | ast.Attribute | ast.Subscript) -> None:
        if not isinstance(node.ctx, ast.Load):
            self._children(node)
            return
        if isinstance(node, ast.Subscript):
            self._visit(node.slice)
        meanings = self._meanings(node)
        for meaning in meanings:
            self._use(meaning)
        if not meanings and not isinstance(node, ast.Name):
            self._visit(node.value)

    def _use(self, meaning: Value) -> None:
        kinds = self._error(meaning)
        if kinds is not None:
            self.types |= kinds
        elif isinstance(meaning, Function):
            self.calls.add(Call(meaning))
        elif isinstance(meaning, Class):
            self.calls |= {Call(f) for name in ("__init__", "__post_init__") if (f := self._method(meaning, name))}
        elif isinstance(meaning, Table):
            self._read_table(meaning)
        elif isinstance(meaning, ast.AST):
            self._visit(meaning)

    def _read_table(self, table: Table) -> None:
        """Read the table. Its names are looked up in its own module."""
        value = self._code.module(table.module).tables[table.name]
        if table in self._open or not isinstance(value, _TABLES):
            return
        reader = _Reader(self._code, self._code.module(table.module))
        reader.types, reader.calls, reader._open = self.types, self.calls, self._open | {table}
        reader._visit(value)

    def _meaning(self, node: ast.expr) -> Value:
        meanings = self._meanings(node)
        return meanings[0] if len(meanings) == 1 else None

    def _meanings(self, node: ast.expr) -> list[Value]:
        """Return the possible meanings of an expression; nothing if it isn't known."""
        found: list[Value] = []
        if isinstance(node, ast.Name):
            if any(node.id in names for names in self._hidden):
                return []
            if node.id in self._imports:
                found = [self._code.imported(self._imports[node.id])]
            elif node.id in self._locals.names:
                found = [self._table_of(node)]
            else:
                found = [self._module.find(node.id)]
        elif isinstance(node, ast.Attribute):
            base = self._meaning(node.value)
            if isinstance(base, Module):
                found = [base.find(node.attr)]
            elif base is self._code.errors:
                found = [getattr(base, node.attr, None)]
            else:
                owner = base if isinstance(base, Class) else self._class_of(node.value)
                found = [self._method(owner, node.attr)] if owner else []
        elif isinstance(node, ast.Subscript):
            for base in self._meanings(node.value):
                found += self._selected(base, self._conditions.constants(node.slice))
        return [meaning for meaning in found if meaning is not None]

    def _selected(self, base: Value, keys: frozenset[Hashable] | None) -> list[Value]:
        """Return the entries of a table that a subscript can mean."""
        if isinstance(base, dict):
            return [value for key, value in base.items() if keys is None or key in keys]
        if isinstance(base, Table) and base.module != self._module.name:
            return [base]  # its entries use the names of the other module
        literal = self._module.tables[base.name] if isinstance(base, Table) else base
        if not isinstance(literal, ast.Dict):
            return [base]
        pairs = zip(literal.keys, literal.values, strict=True)
        entries = [v for k, v in pairs if keys is None or not isinstance(k, ast.Constant) or k.value in keys]
        return [meaning for entry in entries for meaning in self._meanings(entry) or [entry]]

    def _table_of(self, name: ast.Name) -> ast.expr | None:
        value = self._locals.single.get(name.id)
        return value if isinstance(value, ast.Dict) else None

    def _error(self, meaning: Value) -> set[str] | None:
        """Return the error types of a kind, or of a family of kinds."""
        if isinstance(meaning, Kind):
            return {meaning.error_type}
        if isinstance(meaning, dict):
            return {kind.error_type for kind in meaning.values() if isinstance(kind, Kind)}
        return None

    def _class_of(self, node: ast.expr) -> Class | None:
        """Return the class of a parameter, by its annotation, or of a local variable, by its only assignment."""
        if not isinstance(node, ast.Name):
            return None
        if node.id == "self" and self._owner:
            return Class(self._module.name, self._owner)
        value = self._locals.annotations.get(node.id) or self._locals.single.get(node.id)
        found = self._meaning(value.func if isinstance(value, ast.Call) else value) if value is not None else None
        return found if isinstance(found, Class) else None

    def _method(self, owner: Class, name: str) -> Function | None:
        """Return a method of a class, or the one that the class inherits."""
        module = self._code.module(owner.module)
        if f"{owner.name}.{name}" in module.functions:
            return Function(owner.module, f"{owner.name}.{name}")
        for base in module.classes[owner.name].bases:
            parent = module.find(base.id) if isinstance(base, ast.Name) else None
            if isinstance(base, ast.Attribute) and isinstance(base.value, ast.Name):
                outer = module.find(base.value.id)
                parent = outer.find(base.attr) if isinstance(outer, Module) else None
            if isinstance(parent, Class) and (found := self._method(parent, name)):
                return found
        return None

    # Calls

    def _called(self, node: ast.Call) -> None:
        if isinstance(node.func, ast.Name) and node.func.id == "partial" and node.args:
            # functools.partial passes its arguments on; the rest, the star, is given later
            later = ast.Starred(ast.Constant(None), ast.Load())
            node = ast.Call(node.args[0], [*node.args[1:], later], node.keywords)
        meanings = self._meanings(node.func)
        for meaning in meanings:
            if isinstance(meaning, Function):
                self.calls.add(Call(meaning, self._arguments(meaning, node)))
            else:
                self._use(meaning)
        if not meanings:
            self._visit(node.func)
        elif isinstance(node.func, ast.Subscript):
            self._visit(node.func.slice)
        for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
            self._visit(argument)

    def _arguments(self, function: Function, node: ast.Call) -> Known:
        """Return the parameters whose values are known."""
        definition = self._code.module(function.module).functions[function.name]
        bare = [*definition.args.posonlyargs, *definition.args.args]
        names = [argument.arg for argument in bare][1 if "." in function.name else 0 :]
        given: dict[str, ast.expr | None] = {}
        certain = True
        for name, argument in zip(names, node.args, strict=False):
            if isinstance(argument, ast.Starred):
                certain = False
                break
            given[name] = argument
        given |= {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg}
        certain &= all(keyword.arg for keyword in node.keywords)
        certain &= not any(isinstance(argument, ast.Starred) for argument in node.args)
        known = {
            name: values for name, value in given.items() if value and (values := self._conditions.constants(value))
        }
        if certain:
            defaults = [*zip(names[::-1], definition.args.defaults[::-1], strict=False)]
            defaults += [
                (a.arg, d) for a, d in zip(definition.args.kwonlyargs, definition.args.kw_defaults, strict=True) if d
            ]
            for name, default in defaults:
                if name not in given and isinstance(default, ast.Constant):
                    known[name] = frozenset([default.value])
        return frozenset(known.items())
