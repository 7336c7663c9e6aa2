"""A directory's user as a member shows it: ``scim_attributes``, with every key that the official SDKs read."""

from typing import Any

Json = dict[str, Any]

_ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


def serialize(user: Json, member_id: str, active: bool, groups: dict[str, str]) -> Json:
    """
    Args:
        user: the resource, in SCIM's own words.
        groups: the names of the groups that the user is in, by id.
    """
    enterprise = user.get(_ENTERPRISE)
    return {
        "active": active,
        "addresses": [_address(address) for address in user.get("addresses", [])],
        "display_name": user.get("displayName", ""),
        "emails": _typed(user, "emails"),
        "enterprise_extension": _enterprise(enterprise) if enterprise else None,
        "entitlements": _typed(user, "entitlements"),
        "external_id": user.get("externalId", ""),
        "groups": [{"display": name, "value": group_id} for group_id, name in groups.items()],
        "id": member_id,
        "ims": _typed(user, "ims"),
        "locale": user.get("locale", ""),
        "name": _name(user["name"]) if user.get("name") else None,
        "nick_name": user.get("nickName", ""),
        "phone_numbers": _typed(user, "phoneNumbers"),
        "photos": _typed(user, "photos"),
        "preferred_language": user.get("preferredLanguage", ""),
        "profile_url": user.get("profileUrl", ""),
        "roles": _typed(user, "roles"),
        "timezone": user.get("timezone", ""),
        "title": user.get("title", ""),
        "user_name": user.get("userName", ""),
        "user_type": user.get("userType", ""),
        "x509certificates": _typed(user, "x509Certificates"),
    }


def _typed(user: Json, name: str) -> list[Json]:
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
