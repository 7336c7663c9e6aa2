"""Seeds: settings, organizations, members and more, from a TOML or JSON file or from a mapping.

The data is created by calling the API's operations, so a seed must follow the API's rules. Start with ``entries.py``.
"""

from mockstytch.seed.entries import apply_seed
from mockstytch.seed_file import SeedError

__all__ = ["SeedError", "apply_seed"]
