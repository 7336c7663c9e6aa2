"""``/Users``: convert the users of a directory between SCIM resources and stored rows."""

from typing import Any

from scim2_models import Context as Scim
from scim2_models import NotFoundException, PayloadTooLargeException, ScimFilter
from scim2_models.path import CompareOperator, Comparison

from mockstytch.domain.scim import scim_users
from mockstytch.protocols.scim.scim_models import TOLERANT, ExtendedUser, User
from mockstytch.scim_server.resources import Json, ResourceHandler
from mockstytch.store.queries import RowQuery
from mockstytch.store.records.scim import ScimGroup, ScimUser

_MAX_VALUES = 1000  # values of one attribute: more could keep the server busy for seconds


class UserHandler(ResourceHandler[ScimUser, User]):
    """The users of a connection."""

    name, model, record = "User", ExtendedUser, ScimUser

    def find(self, id: str) -> ScimUser:
        user = scim_users.find(self.ctx, self.connection, id)
        if user is None:
            raise NotFoundException(detail=f"There is no user {id}")
        return user

    def create(self, payload: Any) -> ScimUser:
        _require_few_values(payload)
        return super().create(payload)

    def replace(self, row: ScimUser, payload: Any) -> ScimUser:
        _require_few_values(payload)
        return super().replace(row, payload)

    def delete(self, row: ScimUser) -> None:
        scim_users.delete(self.ctx, row)

    def query(self) -> RowQuery:
        return scim_users.query(self.ctx, self.connection)

    def candidates(self, scim_filter: ScimFilter[Any]) -> RowQuery:
        """Return a query that finds at least the users that match the filter.

        Before each change, directories search for one ``userName``. That query uses an index. A name with other
        characters than ASCII is compared in Python, where the rules for upper and lower case differ from the index.
        """
        comparison = scim_filter.ast
        if (
            isinstance(comparison, Comparison)
            and comparison.op == CompareOperator.eq
            and isinstance(comparison.value, str)
        ):
            bound_filter = ScimFilter[self.model](str(scim_filter))  # type: ignore[name-defined]  # made at run time
            attribute = bound_filter.resolve(comparison.attr_path)
            if attribute is not None and attribute.field_name == "user_name" and comparison.value.isascii():
                return scim_users.query(self.ctx, self.connection, comparison.value)
        return self.query()

    def to_models(self, rows: list[ScimUser]) -> list[User]:
        active_ids = scim_users.active_member_ids(self.ctx, self.connection, rows)
        groups = scim_users.groups_by_member(self.ctx, self.connection, rows)
        return [
            self.model.model_validate(
                {
                    **row.attributes,
                    "id": row.member_id,
                    "active": row.member_id in active_ids if "active" in row.attributes else None,
                    "groups": [self._group_reference(group) for group in groups.get(row.member_id, [])],
                    "meta": self._meta(row),
                },
                scim_policy=TOLERANT,
            )
            for row in rows
        ]

    def _group_reference(self, group: ScimGroup) -> Json:
        ref = f"{self.base_url}/Groups/{group.group_id}"
        return {"value": group.group_id, "display": group.group_name, "$ref": ref}

    def _id(self, row: ScimUser) -> str:
        return row.member_id

    def _required_name(self, model: User) -> str | None:
        return model.user_name

    def _insert(self, model: User) -> ScimUser:
        return scim_users.create(self.ctx, self.connection, _to_json(model))

    def _replace(self, row: ScimUser, model: User) -> ScimUser:
        return scim_users.replace(self.ctx, self.connection, row, _to_json(model))

    def _update(self, row: ScimUser, model: User) -> ScimUser:
        return scim_users.update(self.ctx, self.connection, row, _to_json(model))


def _to_json(user: User) -> Json:
    resource: Json = user.model_dump(scim_ctx=Scim.DEFAULT, scim_policy=TOLERANT)
    _require_few_values(resource)
    return resource


def _require_few_values(resource: Any) -> None:
    """Check the number of values of each attribute.

    Raises:
        PayloadTooLargeException: if an attribute has too many values.
    """
    if isinstance(resource, dict) and any(isinstance(v, list) and len(v) > _MAX_VALUES for v in resource.values()):
        raise PayloadTooLargeException(detail=f"An attribute has more than {_MAX_VALUES} values")
