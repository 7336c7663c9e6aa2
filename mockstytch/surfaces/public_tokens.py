"""The project of a public token, which pages and SDKs in browsers send instead of a secret."""

import re

from mockstytch import errors
from mockstytch.errors import StytchError
from mockstytch.runtime import Mock
from mockstytch.store.records.projects import Project, PublicToken


def find_project(mock: Mock, public_token: str) -> Project | None:
    """Return the project with this public token, or None."""
    try:
        project = mock.projects.find(public_token.replace("public-token-", "project-", 1))
    except StytchError:
        return None
    if project and not project.other_public_token:
        return None if project.deleted else project
    return mock.projects.find_by(PublicToken, public_token=public_token)


def get_project(mock: Mock, public_token: str) -> Project:
    """Return the project with this public token.

    Raises:
        public_token_required: if there is no public token.
        invalid_public_token_id: if the public token isn't well-formed.
        public_token_not_found: if no project has this public token.
    """
    if not public_token:
        raise errors.public_token_required()
    if not re.fullmatch(r"public-token-(test|live)-[0-9a-f-]{36}", public_token):
        raise errors.invalid_public_token_id()
    project = find_project(mock, public_token)
    if project is None:
        raise errors.public_token_not_found(because="The project's first request with its secret creates it.")
    return project
