"""Probes: which calls are compared. Start with ``Probe``."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from mockstytch.values import Frozen

Credentials = Literal["project", "wrong", "none", "public_token", "management"]
Text = Annotated[str, Meta(min_length=1)]


class Call(Frozen, forbid_unknown_fields=True):
    """One request. Text in ``fields``, ``path``, ``body``, ``headers`` and ``as_member`` can have references.

    Attributes:
        operation: the SDK's name of the operation, such as ``organizations.members.create``.
        request: a method and a path, such as ``POST /v1/b2b/nowhere``, instead of an operation.
        fields: the parameters of the path, and the fields of the query or the JSON body.
        form: whether the fields are sent as a form.
        body: the exact text of the body, instead of fields.
        headers: additional headers.
        credentials: how the request authenticates.
        as_member: a session token or session JWT; the member calls instead of the project.
        save: values of the response to keep, by name: ``organization_id = "organization.organization_id"``.
        expects: the error that this server returns; "" if it returns a success.
        next_second: whether a second passes before the call. From this call on, it is compared whether ``updated_at``
            differs from ``created_at``. Otherwise it isn't, because both have whole seconds.
    """

    operation: str = ""
    request: str = ""
    fields: dict[str, Any] = msgspec.field(default_factory=dict, name="with")
    form: bool = False
    body: str | None = None
    headers: dict[str, str] = {}
    credentials: Credentials = "project"
    as_member: str = msgspec.field(default="", name="as")
    save: dict[str, str] = {}
    expects: str = ""
    next_second: bool = False


class Probe(Frozen):
    """Calls whose responses are compared.

    Attributes:
        name: what is probed. No two probes have the same name.
        area: the name of the file, without its ending.
        calls: the calls, in their order.
        needs: what must be there besides the credentials of a project; see ``settings.NEEDS``.
        two_errors: the errors of a call that is wrong in two ways, so that the order of checks is compared.
        ignore: what can't be compared, with the reason: ``{"body.keys" = "as many as the project ever had"}``.
        fidelity: beginnings of the statements in ``docs/fidelity.md`` that the probe confirms or refutes.
        clean_up: calls that delete what the probe created, and that no operation in ``cleaning`` deletes.
        is_fixture: whether it runs once, before the first probe that has a reference to what it saved.
    """

    name: str
    area: str
    calls: tuple[Call, ...]
    needs: tuple[str, ...] = ()
    two_errors: tuple[str, ...] = ()
    ignore: dict[str, str] = {}
    fidelity: tuple[str, ...] = ()
    clean_up: tuple[Call, ...] = ()
    is_fixture: bool = False

    @property
    def expects(self) -> str:
        """The error of the last call; "" if it is a success."""
        return self.calls[-1].expects
