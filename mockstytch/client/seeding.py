"""Seeds of a handle, and the server that it starts."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from mockstytch.client.transport import MockError
from mockstytch.seed_file import MOST_PEOPLE, SeedError, locate, read, with_people
from mockstytch.settings import SettingError, Settings, parse_number

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


def configured_seed(file: Path | None) -> dict[str, Any] | None:
    """Return the content of a seed file, with the people of ``MOCKSTYTCH_PEOPLE``; None if both are missing.

    Raises:
        MockError: if the file can't be read.
        SettingError: if the variable isn't valid.
    """
    people = None
    if text := os.environ.get("MOCKSTYTCH_PEOPLE"):
        people = parse_number("MOCKSTYTCH_PEOPLE", text)
        if not 1 <= people <= MOST_PEOPLE:
            raise SettingError("MOCKSTYTCH_PEOPLE", f"the number must be between 1 and {MOST_PEOPLE}")
    try:
        return with_people(file, people) if file or people else None
    except SeedError as e:
        raise MockError(str(e), "invalid_seed") from None


def start_server(
    settings: Settings, seed: Seed | None, project_id: str, secret: str
) -> tuple[Server, str, Path | None]:
    """Start a server in a thread. Return it with its https URL and the file of the CA's certificate, if it has https.

    Args:
        seed: the seed of the project. None is the file in ``MOCKSTYTCH_SEED`` and the people of ``MOCKSTYTCH_PEOPLE``.

    Raises:
        MockError: if the seed isn't valid.
        OSError: if a port is in use, or the certificate for https can't be written.
        SettingError: if ``MOCKSTYTCH_PEOPLE`` isn't valid.
    """
    from mockstytch.server import Server

    server = Server(settings)
    try:
        _apply(server, seed, project_id, secret)
        tls_url, ca_file = ("", None) if settings.tls_port is None else _add_tls(server)
    except BaseException:
        server.stop()
        raise
    return server.start(), tls_url, ca_file


def _apply(server: Server, seed: Seed | None, project_id: str, secret: str) -> None:
    file = Path(seed) if isinstance(seed, str | Path) else None
    if seed is None:
        file = Path(from_environment) if (from_environment := os.environ.get("MOCKSTYTCH_SEED")) else None
        content = configured_seed(file)
    else:
        content = read_seed(seed)
    if content is None:
        return
    from mockstytch.seed.entries import apply_seed

    try:
        apply_seed(server.mock, content, server.mock.projects.register(project_id, secret))
    except SeedError as e:
        raise MockError(str(locate(e, file) if file else e), "invalid_seed") from None


def _add_tls(server: Server) -> tuple[str, Path]:
    from mockstytch.dev_tls import create_server_certificate

    ca_file, certificate = create_server_certificate(server.settings.host)
    return server.add_tls(str(certificate)), ca_file
