"""Members with the roles that tests of permissions need."""

from mockstytch.domain.rbac import permissions
from tests.matrix.sample_project import SampleProject
from tests.support.errors import error_of


class RoleMembers:
    """Logged-in members of each organization of a project. Their permissions come from the roles of this class only.

    Attributes:
        no_roles: for each organization id, the headers of a member without a role.
        other_actions: the headers of a member with all permissions except the required one.
        exact_actions: the headers of a member with only the required permission.
    """

    def __init__(self, project: SampleProject) -> None:
        self.project = project
        self.set_roles("stytch.member", {"create"})
        self.no_roles = self._logins()
        self.other_actions = self._logins("the rest")
        self.exact_actions = self._logins("exactly")

    def set_roles(self, resource_id: str, actions: set[str]) -> None:
        """Define the roles for a request that takes these actions on a resource."""
        available = {r.resource_id: r.actions for r in permissions.RESOURCES}
        # an action that Stytch's resource doesn't name is granted by the wildcard only
        exactly = sorted(actions) if actions <= set(available[resource_id]) else ["*"]
        rest = {r: [a for a in all_ if r != resource_id or a not in actions] for r, all_ in available.items()}
        if exactly == ["*"]:
            del rest[resource_id]
        grants = [{"resource_id": r, "actions": others} for r, others in rest.items() if others]
        self.project.given.mock.configure(
            rbac_policy={
                "roles": [
                    {"role_id": "stytch_member", "permissions": []},
                    {"role_id": "exactly", "permissions": [{"resource_id": resource_id, "actions": exactly}]},
                    {"role_id": "the rest", "permissions": grants},
                ]
            }
        )

    def _logins(self, *roles: str) -> dict[str, dict[str, str]]:
        given, headers = self.project.given, {}
        for organization in (self.project.acme, self.project.globex):
            login = given.login(organization, given.member(organization, roles=list(roles)))
            headers[organization.organization_id] = {"X-Stytch-Member-Session": login.session_token}
        return headers

    def organization_ids(self, sent: dict[str, str]) -> tuple[str, str]:
        """Return the id of the request's organization, and the id of the other one."""
        acme, globex = self.project.acme.organization_id, self.project.globex.organization_id
        here = sent.get("organization_id", acme)
        return here, acme if here == globex else globex

    def error_type(self, endpoint, sent, headers) -> str:
        """Send a request as a member. Return the type of the error, or "" for a success."""
        response = self.project.send(endpoint, sent, headers=headers)
        return "" if response.status_code == 200 else error_of(response)[1]
