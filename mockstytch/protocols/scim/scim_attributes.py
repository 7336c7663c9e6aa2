"""The ``scim_attributes`` of a member, with every key that the official SDKs read."""

from typing import Any

Json = dict[str, Any]

_ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


def serialize(user: Json, member_id: str, active: bool, groups: dict[str, str]) -> Json:
    """Return a user's attributes with the keys of the API. Absent values are ``""``, ``[]`` or None.

    Args:
        user: the SCIM resource.
        groups: the names of the user's groups, by id.
    """
    enterprise = user.get(_ENTERPRISE)
    return {
        "active": active,
        "addresses": [_address(address) for address in user.get("addresses", [])],
        "display_name": user.get("displayName", ""),
        "emails": _typed_values(user, "emails"),
        "enterprise_extension": _enterprise(enterprise) if enterprise else None,
        "entitlements": _typed_values(user, "entitlements"),
        "external_id": user.get("externalId", ""),
        "groups": [{"display": name, "value": group_id} for group_id, name in groups.items()],
        "id": member_id,
        "ims": _typed_values(user, "ims"),
        "locale": user.get("locale", ""),
        "name": _name(user["name"]) if user.get("name") else None,
        "nick_name": user.get("nickName", ""),
        "phone_numbers": _typed_values(user, "phoneNumbers"),
        "photos": _typed_values(user, "photos"),
        "preferred_language": user.get("preferredLanguage", ""),
        "profile_url": user.get("profileUrl", ""),
        "roles": _typed_values(user, "roles"),
        "timezone": user.get("timezone", ""),
        "title": user.get("title", ""),
        "user_name": user.get("userName", ""),
        "user_type": user.get("userType", ""),
        "x509certificates": _typed_values(user, "x509Certificates"),
    }


def _typed_values(user: Json, name: str) -> list[Json]:
    return [
        {"primary": entry.get("primary", False), "type": entry.get("type", ""), "value": entry.get("value", "")}
        for entry in user.get(name, [])
    ]


def _name(name: Json) -> Json:
    return {
        "family_name": name.get("familyName", ""),
        "formatted": name.get("formatted", ""),
        "given_name": name.get("givenName", ""),
        "honorific_prefix": name.get("honorificPrefix", ""),
        "honorific_suffix": name.get("honorificSuffix", ""),
        "middle_name": name.get("middleName", ""),
    }


def _address(address: Json) -> Json:
    return {
        "country": address.get("country", ""),
        "formatted": address.get("formatted", ""),
        "locality": address.get("locality", ""),
        "postal_code": address.get("postalCode", ""),
        "primary": address.get("primary", False),
        "region": address.get("region", ""),
        "street_address": address.get("streetAddress", ""),
        "type": address.get("type", ""),
    }


def _enterprise(extension: Json) -> Json:
    manager = extension.get("manager")
    return {
        "cost_center": extension.get("costCenter", ""),
        "department": extension.get("department", ""),
        "division": extension.get("division", ""),
        "employee_number": extension.get("employeeNumber", ""),
        "manager": {
            "display_name": manager.get("displayName", ""),
            "ref": manager.get("$ref", ""),
            "value": manager.get("value", ""),
        }
        if manager
        else None,
        "organization": extension.get("organization", ""),
    }
