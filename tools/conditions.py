"""Decide conditions by constants: ``flow == "sso"`` is true if ``flow`` can only be "sso"."""

import ast
from collections.abc import Hashable, Mapping


class Conditions:
    """The values that expressions of one function can have.

    Args:
        known: the possible values of parameters.
        single: the values of the variables that are assigned exactly once.
        hidden: the names that nested functions and comprehensions bind at the moment.
    """

    def __init__(
        self,
        known: Mapping[str, frozenset[Hashable]],
        single: Mapping[str, ast.expr],
        hidden: list[set[str]],
    ) -> None:
        self._known, self._single, self._hidden = known, single, hidden

    def constants(self, node: ast.expr) -> frozenset[Hashable] | None:
        """Return the values that an expression can have, or None if they aren't known."""
        if isinstance(node, ast.Constant):
            return frozenset([node.value])
        if isinstance(node, ast.IfExp):
            decided = self.truth(node.test)
            sides = [node.body if decided else node.orelse] if decided is not None else [node.body, node.orelse]
            found = [self.constants(side) for side in sides]
            return frozenset().union(*(f for f in found if f)) if all(found) else None
        if isinstance(node, ast.Name) and not any(node.id in names for names in self._hidden):
            if node.id in self._known:
                return self._known[node.id]
            value = self._single.get(node.id)
            return self.constants(value) if isinstance(value, ast.Constant | ast.IfExp) else None
        return None

    def truth(self, test: ast.expr) -> bool | None:
        """Decide a condition, if the constants do."""
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            inner = self.truth(test.operand)
            return None if inner is None else not inner
        if isinstance(test, ast.BoolOp):
            parts = [self.truth(value) for value in test.values]
            stops = isinstance(test.op, ast.Or)
            if stops in parts:
                return stops
            return None if None in parts else not stops
        if isinstance(test, ast.Compare) and len(test.ops) == 1:
            return self._relation(test.ops[0], test.left, test.comparators[0])
        if isinstance(test, ast.Call) and isinstance(test.func, ast.Name) and test.func.id == "isinstance":
            return self._is_text(*test.args)
        values = self.constants(test)
        results = {bool(value) for value in values} if values else set()
        return results.pop() if len(results) == 1 else None

    def _is_text(self, value: ast.expr, types: ast.expr) -> bool | None:
        """Decide ``isinstance(value, str)``."""
        values = self.constants(value)
        if not values or not isinstance(types, ast.Name) or types.id != "str":
            return None
        results = {isinstance(value, str) for value in values}
        return results.pop() if len(results) == 1 else None

    def _relation(self, operator: ast.cmpop, left: ast.expr, right: ast.expr) -> bool | None:
        ours = self.constants(left)
        if isinstance(right, ast.Tuple | ast.List | ast.Set):
            inner = [self.constants(element) for element in right.elts]
            theirs = frozenset().union(*(i for i in inner if i)) if all(i and len(i) == 1 for i in inner) else None
            same = isinstance(operator, ast.In)
            if not isinstance(operator, ast.In | ast.NotIn):
                return None
        else:
            theirs = self.constants(right)
            same = isinstance(operator, ast.Eq | ast.Is)
            if not isinstance(operator, ast.Eq | ast.Is | ast.NotEq | ast.IsNot) or not theirs or len(theirs) > 1:
                return None
        if not ours or theirs is None:
            return None
        results = {value in theirs for value in ours}
        return results.pop() == same if len(results) == 1 else None
