"""The ledger of known gaps: operations of the official SDK that this server answers with 501.

A test derives the list of operations from the installed SDK: one that is served and still stands here, or that is
neither served nor here, fails it.
"""

GAPS: tuple[tuple[str, str], ...] = ()
