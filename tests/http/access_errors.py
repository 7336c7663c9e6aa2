"""The rows of the table of field errors for policies, attested and migrated sessions, and impersonation."""

from tests.contract.stories_of_access import CHEF
from tests.http.rows import ORGANIZATION_REF, Row, each

ACCESS: dict[str, list[Row]] = {
    "rbac.set_org_policy": [
        *ORGANIZATION_REF[1:],
        *each("org_policy", "bad_request", "x", [], {"roles": "x"}, {"roles": [{"permissions": []}]}),
        *each("org_policy", "empty_rbac_role_id", {"roles": [{**CHEF, "role_id": ""}]}),
        *each("org_policy", "rbac_role_missing_permissions", {"roles": [{**CHEF, "permissions": []}]}),
    ],
}
