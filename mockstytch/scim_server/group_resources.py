"""``/Groups``: convert the groups of a directory between SCIM resources and stored rows."""

from typing import Any

from scim2_models import NotFoundException

from mockstytch.domain.scim import scim_groups
from mockstytch.domain.scim.scim_groups import MembershipChange
from mockstytch.protocols.scim import scim_dialects
from mockstytch.protocols.scim.scim_models import TOLERANT, Group
from mockstytch.scim_server.resources import Json, ResourceHandler
from mockstytch.store.queries import RowQuery
from mockstytch.store.records.scim import ScimGroup, ScimUser


class GroupHandler(ResourceHandler[ScimGroup, Group]):
    """The groups of a connection."""

    name, model, record = "Group", Group, ScimGroup

    def find(self, id: str) -> ScimGroup:
        group = scim_groups.find(self.ctx, self.connection, id)
        if group is None:
            raise NotFoundException(detail=f"There is no group {id}")
        return group

    def patch(self, row: ScimGroup, payload: Any) -> ScimGroup:
        """Apply the operations of a PATCH, without the library if they only add and remove members."""
        changes = scim_dialects.membership_changes(payload)
        if changes is None:
            return super().patch(row, payload)
        typed = [MembershipChange(action=action, member_ids=ids) for action, ids in changes]
        return scim_groups.change_members(self.ctx, self.connection, row, typed)

    def delete(self, row: ScimGroup) -> None:
        scim_groups.delete(self.ctx, self.connection, row)

    def query(self) -> RowQuery:
        return scim_groups.query(self.ctx, self.connection)

    def to_models(self, rows: list[ScimGroup]) -> list[Group]:
        return [
            self.model.model_validate(
                {
                    "id": row.group_id,
                    "displayName": row.group_name,
                    "externalId": row.external_id or None,
                    "members": [self._member_reference(user) for user in scim_groups.users_of(self.ctx, row)],
                    "meta": self._meta(row),
                },
                scim_policy=TOLERANT,
            )
            for row in rows
        ]

    def _member_reference(self, user: ScimUser) -> Json:
        display = user.attributes.get("displayName") or user.attributes["userName"]
        ref = f"{self.base_url}/Users/{user.member_id}"
        return {"value": user.member_id, "display": display, "$ref": ref, "type": "User"}

    def _id(self, row: ScimGroup) -> str:
        return row.group_id

    def _required_name(self, model: Group) -> str | None:
        return model.display_name

    def _insert(self, model: Group) -> ScimGroup:
        name, external_id = str(model.display_name), model.external_id or ""
        return scim_groups.create(self.ctx, self.connection, name, external_id, _member_ids(model))

    def _replace(self, row: ScimGroup, model: Group) -> ScimGroup:
        return self._update(row, model)

    def _update(self, row: ScimGroup, model: Group) -> ScimGroup:
        name, external_id = str(model.display_name), model.external_id or ""
        return scim_groups.update(self.ctx, self.connection, row, name, external_id, _member_ids(model))


def _member_ids(group: Group) -> list[str]:
    return [str(member.value) for member in group.members or [] if member.value]
