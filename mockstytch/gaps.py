"""Operations of the official SDK that aren't implemented: they return 501 ``not_implemented``.

A test derives the list of operations from the installed SDK. It fails if one isn't implemented and isn't listed here,
and if a listed one is implemented.
"""

GAPS: tuple[tuple[str, str], ...] = ()
