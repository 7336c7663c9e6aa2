"""The resources of the SCIM protocol, as this server takes them. Imported by the first SCIM request, not before: what
is under them is heavy."""

from functools import cache
from typing import Annotated, Any, ClassVar

import scim2_models
from pydantic import Field
from scim2_models import (
    URI,
    AuthenticationScheme,
    Bulk,
    ChangePassword,
    ComplexAttribute,
    ETag,
    Filter,
    Mutability,
    Pagination,
    Patch,
    Reference,
    Required,
    ResourceType,
    Returned,
    ScimPolicy,
    ScimProvider,
    ServiceProviderConfig,
    Sort,
)

MAX_RESULTS = 1000

# What directories do beyond the standard: attributes that nobody knows, members to be removed named in ``value``
# (Entra), values addressed by a filter that matches none yet (Entra).
TOLERANT = ScimPolicy(
    unknown=ScimPolicy.Unknown.ignore,
    remove_value_as_filter=ScimPolicy.RemoveValue.apply,
    unmatched_path_filter=ScimPolicy.UnmatchedPathFilter.create,
)


class Email(scim2_models.Email):
    """Addresses are checked where they become a member's: the library knows no reserved domains as ``acme.test``."""

    value: Annotated[str | None, Required.true] = None


class Manager(ComplexAttribute):
    """Directories name the manager as they like, and rarely with a ``$ref``."""

    value: str | None = None
    ref: str | None = Field(None, serialization_alias="$ref", validation_alias="$ref")
    display_name: str | None = None


# Below, attributes are of narrower types than the library's; pydantic takes that, mypy wants an ignore.


class EnterpriseUser(scim2_models.EnterpriseUser):
    manager: Manager | None = None  # type: ignore[assignment]


class User(scim2_models.User[Any]):
    """A user has an address: it becomes a member."""

    emails: Annotated[list[Email] | None, Required.true] = None  # type: ignore[assignment]
    Emails: ClassVar[type[ComplexAttribute]] = Email


class GroupMember(scim2_models.GroupMember):
    """Users only: the groups of Okta and Entra are pushed flat."""

    ref: Annotated[Reference["User"] | None, Mutability.immutable] = Field(  # type: ignore[assignment]
        None, serialization_alias="$ref", validation_alias="$ref"
    )
    type: Annotated[str | None, Mutability.immutable] = Field(None, examples=["User"])
    display: Annotated[str | None, Mutability.read_only, Returned.request] = None


class Group(scim2_models.Group):
    members: list[GroupMember] | None = None  # type: ignore[assignment]
    Members: ClassVar[type[ComplexAttribute]] = GroupMember


_generic: Any = User
ExtendedUser = _generic[EnterpriseUser]


@cache
def provider() -> ScimProvider:
    """What the discovery endpoints publish."""
    return ScimProvider(
        models=[User, EnterpriseUser, Group],
        resource_types=[ResourceType.from_resource(ExtendedUser), ResourceType.from_resource(Group)],
        config=ServiceProviderConfig(
            documentation_uri=Reference[Any]("https://stytch.com/docs/b2b/guides/scim/overview"),
            patch=Patch(supported=True),
            bulk=Bulk(supported=False, max_operations=0, max_payload_size=0),
            filter=Filter(supported=True, max_results=MAX_RESULTS),
            change_password=ChangePassword(supported=False),
            sort=Sort(supported=True),
            etag=ETag(supported=False),
            pagination=Pagination(cursor=False, index=True, max_page_size=MAX_RESULTS),
            authentication_schemes=[
                AuthenticationScheme(
                    type=AuthenticationScheme.Type.oauthbearertoken,
                    name="Bearer token",
                    description="The bearer token of the SCIM connection.",
                    spec_uri=Reference[Any]("https://www.rfc-editor.org/rfc/rfc6750"),
                    primary=True,
                )
            ],
        ),
        policy=TOLERANT,
    )


__all__ = ["MAX_RESULTS", "TOLERANT", "URI", "ExtendedUser", "Group", "User", "provider"]
