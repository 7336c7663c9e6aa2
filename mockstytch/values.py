"""``Frozen``: the base of every value in this package."""

from typing import Any, dataclass_transform

import msgspec


class FrozenMeta(msgspec.StructMeta):
    """Makes subclasses ``frozen=True, kw_only=True`` without repeating it.

    ``own_fields_first`` puts the fields of a class before inherited ones: msgspec sorts keyword-only fields last.
    """

    def __new__(
        mcls,
        name: str,
        bases: tuple[type, ...],
        namespace: dict[str, Any],
        *,
        own_fields_first: bool = False,
        **options: Any,
    ) -> "FrozenMeta":
        options |= {"frozen": True, "kw_only": not own_fields_first}
        return super().__new__(mcls, name, bases, namespace, **options)


@dataclass_transform(kw_only_default=True, frozen_default=True)
class Frozen(msgspec.Struct, metaclass=FrozenMeta, frozen=True, kw_only=True):
    """Base class of immutable values that are built with keyword arguments."""
