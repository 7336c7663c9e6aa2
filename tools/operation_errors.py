"""Write the errors of each operation, for the OpenAPI document: ``python -m tools.operation_errors``.

``--check`` writes nothing: it prints one line if the file is out of date, and exits with 1.
"""

import json
import sys

from mockstytch.about.openapi.error_types import ERRORS
from mockstytch.app import endpoints
from mockstytch.browser import sdk_operations
from mockstytch.management import routes as management
from tools import refusals
from tools.error_tables import sentence


def render() -> str:
    """Return the content of the file: the errors that each operation can raise, and the sentences that say when."""
    raised = {
        f"{endpoint.method} {endpoint.path}": sorted(refusals.of(endpoint))
        for endpoint in [*endpoints(), *sdk_operations.api, *management.endpoints()]
    }
    when = {name: text for name, clauses in refusals.when().items() if (text := sentence(clauses))}
    return json.dumps({"operations": raised, "when": when}, indent=1, sort_keys=True) + "\n"


def main(arguments: list[str]) -> int:
    if arguments not in ([], ["--check"]):
        sys.stderr.write("usage: python -m tools.operation_errors [--check]\n")
        return 2
    text = render()
    if arguments:
        outdated = not ERRORS.exists() or ERRORS.read_text(encoding="utf-8") != text
        if outdated:
            sys.stderr.write("mockstytch/about/openapi/errors.json is out of date. Run: make docs\n")
        return int(outdated)
    ERRORS.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
