"""The fields of the metadata documents of the OAuth server."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from msgspec import UnsetType

from mockstytch.about.types import answers


class Document(NamedTuple):
    """A metadata document.

    Attributes:
        name: the operation's id.
        fields: the type of each field.
    """

    name: str
    summary: str
    fields: Mapping[str, Any]


_SERVER: Mapping[str, Any] = {
    "issuer": str,
    "authorization_endpoint": str,
    "authorization_response_iss_parameter_supported": bool,
    "token_endpoint": str,
    "introspection_endpoint": str,
    "revocation_endpoint": str,
    "userinfo_endpoint": str,
    "end_session_endpoint": str,
    "jwks_uri": str,
    "scopes_supported": list[str],
    "response_types_supported": list[str],
    "response_modes_supported": list[str],
    "grant_types_supported": list[str],
    "subject_types_supported": list[str],
    "id_token_signing_alg_values_supported": list[str],
    "token_endpoint_auth_methods_supported": list[str],
    "introspection_endpoint_auth_methods_supported": list[str],
    "revocation_endpoint_auth_methods_supported": list[str],
    "code_challenge_methods_supported": list[str],
    "claims_supported": list[str],
    "client_id_metadata_document_supported": bool | UnsetType,
    "registration_endpoint": str | UnsetType,
}
# By path.
DOCUMENTS = {
    "/.well-known/oauth-authorization-server": Document(
        "oauth_server.metadata", "Return the metadata of the OAuth server", _SERVER
    ),
    "/.well-known/openid-configuration": Document(
        "oauth_server.openid_configuration", "Return the metadata of the OpenID provider", _SERVER
    ),
    "/.well-known/jwks.json": Document(
        "oauth_server.jwks", "Return the keys of the project", {"keys": list[answers.JsonWebKey]}
    ),
}
