"""Seeds: settings, organizations, members and more, from a TOML or JSON file or from a mapping.

The data is created by calling the API's operations, so a seed must follow the API's rules. Start with ``entries.py``.
"""
