"""What an empty list or map means in a request: one table for all operations.

Some clients send ``[]`` and ``{}`` for everything that the app left out, so at a creation they are the same as not
sent. In an update, an empty list replaces the present one, and an empty map that is merged adds nothing.
"""

from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from typing import Any, get_args, get_origin

from msgspec import Struct
from msgspec.structs import FieldInfo, fields


class Empty(StrEnum):
    """What the operation does with an empty value. The documentation shows these texts."""

    ABSENT = "the same as not sent"
    VALUE = "an empty list or map; in an update, it replaces the present one"
    REFUSED = "refused, as if not sent"


ABSENT, VALUE, REFUSED = Empty

# Fields with the same meaning in every operation: these maps are merged.
EVERYWHERE = {"session_custom_claims": ABSENT, "trusted_metadata": ABSENT, "untrusted_metadata": ABSENT}

_NEW_ORGANIZATION = {
    "email_allowed_domains": ABSENT,
    "allowed_auth_methods": ABSENT,
    "rbac_email_implicit_role_assignments": ABSENT,
    "allowed_mfa_methods": ABSENT,
    "allowed_oauth_tenants": ABSENT,
    "allowed_first_party_connected_apps": ABSENT,
    "allowed_third_party_connected_apps": ABSENT,
}

_SDK_CONFIG = {
    "config.basic.domains": ABSENT,
    "config.basic.bundle_ids": ABSENT,
    "config.otps.sms_autofill_metadata": ABSENT,
}

# The other fields, by request class. A list or map inside another object is named with a dot.
BY_REQUEST: dict[str, dict[str, Empty]] = {
    "connected_apps.Create": {"redirect_urls": ABSENT, "post_logout_redirect_urls": ABSENT},
    "connected_apps.Update": {"redirect_urls": VALUE, "post_logout_redirect_urls": VALUE},
    "country_code_allowlist.SetCodes": {"country_codes": REFUSED},
    "discovery.Create": _NEW_ORGANIZATION,
    "discovery.ListOrganizations": _NEW_ORGANIZATION,
    "idp.Authorize": {"scopes": VALUE, "resources": ABSENT},
    "idp.Start": {"scopes": VALUE},
    "m2m.Create": {"scopes": VALUE},
    "m2m.Update": {"scopes": VALUE},
    "m2m.Search": {"query.operands": ABSENT},
    "magic_links.Invite": {"roles": ABSENT},
    "members.Create": {"roles": ABSENT},
    "members.Search": {"organization_ids": REFUSED, "query.operands": ABSENT},
    "members.Update": {"roles": VALUE},
    "organizations.Create": {**_NEW_ORGANIZATION, "claimed_email_domains": ABSENT},
    "organizations.Search": {"query.operands": ABSENT},
    "organizations.Update": {
        **dict.fromkeys(_NEW_ORGANIZATION, VALUE),
        "claimed_email_domains": VALUE,
        "sso_jit_provisioning_allowed_connections": VALUE,
    },
    "passwords.Migrate": {"roles": ABSENT},
    "rbac.SetOrgPolicy": {"org_policy.roles": VALUE},
    "rbac_policy.Set": {
        "stytch_member.permissions": VALUE,
        "stytch_admin.permissions": VALUE,
        "stytch_user.permissions": VALUE,
        "custom_roles": ABSENT,
        "custom_resources": ABSENT,
        "custom_scopes": ABSENT,
    },
    "redirect_urls.Create": {"valid_types": REFUSED},
    "redirect_urls.Update": {"valid_types": REFUSED},
    "scim.Update": {"scim_group_implicit_role_assignments": VALUE},
    "sdk.SetB2BConfig": _SDK_CONFIG,
    "sdk.SetConsumerConfig": _SDK_CONFIG,
    "sso_external.Create": {"connection_implicit_role_assignments": ABSENT, "group_implicit_role_assignments": ABSENT},
    "sso_external.Update": {
        "external_connection_implicit_role_assignments": VALUE,
        "external_group_implicit_role_assignments": VALUE,
    },
    "sso_oidc.Update": {"attribute_mapping": ABSENT},
    "sso_saml.Update": {
        "attribute_mapping": ABSENT,
        "saml_connection_implicit_role_assignments": VALUE,
        "saml_group_implicit_role_assignments": VALUE,
    },
    "totp.Migrate": {"recovery_codes": VALUE},
    "trusted_token_profiles.Create": {"pem_files": ABSENT, "attribute_mapping": ABSENT},
    "trusted_token_profiles.Update": {"attribute_mapping": VALUE},
}


def without_absent(model: type[Struct], given: dict[str, Any]) -> dict[str, Any]:
    """Return a request's fields without the empty lists and maps that mean the same as not sent."""
    for name, kind in _absent_fields(model):
        value = given.get(name)
        if isinstance(value, kind) and not value:
            given = {other: value for other, value in given.items() if other != name}
    return given


def meaning(model: type[Struct], name: str) -> Empty | None:
    """Return what an empty value of a request's field means, or None if the table doesn't have the field."""
    return EVERYWHERE.get(name) or BY_REQUEST.get(request_name(model), {}).get(name)


def request_name(model: type[Struct]) -> str:
    """Return the module and the name of a request class: ``organizations.Create``."""
    return f"{model.__module__.rpartition('.')[2]}.{model.__name__}"


def lists_and_maps(model: type[Struct], prefix: str = "") -> Iterator[tuple[str, type]]:
    """Yield the fields of a request that are lists or maps, with their type. Those inside of lists aren't included."""
    for field in fields(model):
        for part in _alternatives(field):
            if (kind := get_origin(part) or part) in (list, dict):
                yield f"{prefix}{field.name}", kind
            elif isinstance(part, type) and issubclass(part, Struct):
                yield from lists_and_maps(part, f"{prefix}{field.name}.")


@cache
def _absent_fields(model: type[Struct]) -> list[tuple[str, type]]:
    return [(name, kind) for name, kind in lists_and_maps(model) if meaning(model, name) is ABSENT]


def _alternatives(field: FieldInfo) -> list[Any]:
    """Return the types that a field can have: ``X`` for ``X | None``, without ``Annotated``."""
    parts: list[Any] = [field.type]
    for part in parts:  # grows during the loop
        if get_origin(part) not in (list, dict):
            parts += get_args(part)
    return parts
