"""Hints for credentials that belong to another API."""

from collections.abc import Mapping

from mockstytch.errors import StytchError
from mockstytch.surfaces.request import basic_credentials


def hint(surface: str, headers: Mapping[bytes, bytes]) -> str:
    """Return what is wrong with the user name of a refused request, or ""."""
    try:
        user, password = basic_credentials(dict(headers))
    except StytchError:
        return ""
    if user.startswith("secret-") or password.startswith("project-"):
        return "the secret is in the place of the project id"
    if surface == "backend" and user.startswith("public-token-"):
        return "the user name is a public token, which only the browser API (/sdk/v1) accepts: send the project id"
    if surface == "browser" and user.startswith("project-"):
        return "the user name is a project id, which only the backend API accepts: send the public token"
    return ""
