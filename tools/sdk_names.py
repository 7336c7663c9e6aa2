"""Write the SDK's names of operations, which faults use: ``python -m tools.sdk_names``.

``--check`` writes nothing: it prints one line if the file is out of date, and exits with 1.
"""

import json
import sys

from mockstytch.app import endpoints
from mockstytch.surfaces.faults.operation_names import SDK_NAMES
from tools.docs import sdk_methods, shape


def render() -> str:
    """Return the content of the file: a name for each method and path."""
    names = sdk_methods()
    found = {f"{e.method} {e.path}": names.get((e.method, shape(e.path)), "") for e in endpoints()}
    return json.dumps({route: name for route, name in sorted(found.items()) if name}, indent=2) + "\n"


def main(arguments: list[str]) -> int:
    if arguments not in ([], ["--check"]):
        sys.stderr.write("usage: python -m tools.sdk_names [--check]\n")
        return 2
    text = render()
    if arguments:
        outdated = not SDK_NAMES.exists() or SDK_NAMES.read_text(encoding="utf-8") != text
        if outdated:
            sys.stderr.write("mockstytch/surfaces/faults/sdk_names.json is out of date. Run: make docs\n")
        return int(outdated)
    SDK_NAMES.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
