"""Seeds of a handle, and the server that it starts."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from mockstytch.client.transport import MockError
from mockstytch.seed_file import SeedError, locate, read
from mockstytch.settings import Settings

if TYPE_CHECKING:
    from mockstytch.server import Server

Seed = str | Path | Mapping[str, Any]


def read_seed(seed: Seed) -> dict[str, Any]:
    """Return the content of a seed.

    Raises:
        MockError: if the file can't be read, or a value has no form in JSON.
    """
    try:
        content: dict[str, Any] = msgspec.to_builtins(seed) if isinstance(seed, Mapping) else read(Path(seed))
    except SeedError as e:
        raise MockError(str(e), "invalid_seed") from None
    except (TypeError, RecursionError) as e:
        raise MockError(f"The seed has a value that JSON doesn't have: {e}", "invalid_seed") from None
    return content


def in_file(error: MockError, file: str | Path, content: dict[str, Any]) -> MockError:
    """Return a server's refusal of a seed with the position of the mistake in the file.

    Args:
        content: what the file contains.
    """
    from mockstytch.seed import checks

    match = re.search(r"\((\w+(?:\[\d+\]|\.\w+)*): (.*)\)$", str(error), re.DOTALL)
    found = SeedError(match[2], match[1]) if match else SeedError(str(error))
    try:
        checks.require_valid(content, "")  # most mistakes are found here, too, with the name of the field
    except SeedError as e:
        found = e
    return MockError(str(locate(found, Path(file))), error.error_type)


def start_server(settings: Settings, seed: Seed | None, project_id: str, secret: str) -> Server:
    """Start a server in a thread.

    Args:
        seed: the seed of the project. None is the file in ``MOCKSTYTCH_SEED``, if it is set.

    Raises:
        MockError: if the seed isn't valid.
    """
    from mockstytch.server import Server

    seed = seed if seed is not None else os.environ.get("MOCKSTYTCH_SEED") or None
    server = Server(settings)
    if seed is not None:
        from mockstytch.seed import apply_seed

        try:
            project = server.mock.projects.register(project_id, secret)
            apply_seed(server.mock, read_seed(seed) if isinstance(seed, Mapping) else Path(seed), project)
        except (SeedError, MockError) as e:
            server.stop()
            raise MockError(str(e), "invalid_seed") from None
    return server.start()
