"""The SCIM schemas of this server: what it accepts, and what its discovery endpoints publish.

The docstrings of the resources are published as the descriptions of their schemas. The library takes long to import,
so only a SCIM request imports this module.
"""

from functools import cache
from typing import Annotated, Any, ClassVar

import scim2_models
from pydantic import Field
from scim2_models import (
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

# What directories send beyond the standard: unknown attributes; the members to remove in ``value`` (Entra); a path with
# a filter that no value matches yet (Entra).
TOLERANT = ScimPolicy(
    unknown=ScimPolicy.Unknown.ignore,
    remove_value_as_filter=ScimPolicy.RemoveValue.apply,
    unmatched_path_filter=ScimPolicy.UnmatchedPathFilter.create,
)


class Email(scim2_models.Email):
    """An e-mail address of any text. It is validated later, because the library refuses domains like ``acme.test``."""

    value: Annotated[str | None, Required.true] = None


class Manager(ComplexAttribute):
    """A user's manager. All of its attributes are optional, because directories rarely send a ``$ref``."""

    value: str | None = None
    ref: str | None = Field(None, serialization_alias="$ref", validation_alias="$ref")
    display_name: str | None = None


# The attributes below have narrower types than the library's. Pydantic accepts that; mypy needs an ignore.


class EnterpriseUser(scim2_models.EnterpriseUser):
    """The enterprise extension of a user."""

    manager: Manager | None = None  # type: ignore[assignment]


class User(scim2_models.User[Any]):
    """A user account. It needs an e-mail address, because it becomes a member."""

    emails: Annotated[list[Email] | None, Required.true] = None  # type: ignore[assignment]
    Emails: ClassVar[type[ComplexAttribute]] = Email


class GroupMember(scim2_models.GroupMember):
    """A user in a group. Groups in groups aren't accepted: Okta and Entra don't send them."""

    ref: Annotated[Reference["User"] | None, Mutability.immutable] = Field(  # type: ignore[assignment]
        None, serialization_alias="$ref", validation_alias="$ref"
    )
    type: Annotated[str | None, Mutability.immutable] = Field(None, examples=["User"])
    display: Annotated[str | None, Mutability.read_only, Returned.request] = None


class Group(scim2_models.Group):
    """A group of users."""

    members: list[GroupMember] | None = None  # type: ignore[assignment]
    Members: ClassVar[type[ComplexAttribute]] = GroupMember


_generic: Any = User
ExtendedUser = _generic[EnterpriseUser]


@cache
def provider() -> ScimProvider:
    """Return what the discovery endpoints publish: features, resource types and schemas."""
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


__all__ = ["MAX_RESULTS", "TOLERANT", "ExtendedUser", "Group", "User", "provider"]
