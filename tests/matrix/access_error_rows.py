"""Error rows for policies, attested and migrated sessions, and impersonation."""

from tests.contract.stories_of_access import CHEF
from tests.matrix.error_rows import ABSENT, CLAIMS, MINUTES, NO_TOKENS, ORGANIZATION_REF, SESSION, Row, each
from tests.support import trusted_issuer

ACCESS: dict[str, list[Row]] = {
    "rbac.set_org_policy": [
        *ORGANIZATION_REF[1:],
        *each("org_policy", "invalid_argument", "x", [], {"roles": "x"}),
        *each("org_policy", "bad_request", {}, {"roles": None}, {"roles": [{"permissions": []}]}),
        *each("org_policy", "empty_rbac_role_id", {"roles": [{**CHEF, "role_id": ""}]}),
        *each("org_policy", "rbac_role_missing_permissions", {"roles": [{**CHEF, "permissions": []}]}),
    ],
    "sessions_attest.attest": [
        *each("profile_id", "trusted_token_profile_not_found", ABSENT, "", "x"),
        *each("token", "invalid_trusted_auth_token", ABSENT, "", "x", "a.b.c", trusted_issuer.token("two")),
        *each("organization_id", "token_missing_organization_id_claim", ABSENT, ""),
        *ORGANIZATION_REF[1:],
        ({"organization_id": "globex"}, "member_not_found"),
        ({"session_token": "x" * 44, "session_jwt": "x"}, "too_many_session_arguments"),
        *SESSION,
        *MINUTES,
        *CLAIMS,
    ],
    "sessions_migrate.migrate": [
        *each("session_token", "invalid_session_token", ABSENT, ""),
        *each("session_token", "migrate_from_external_unexpected_response", "bad", "a\nb", "é"),
        ({"organization_id": "globex"}, "migrate_from_external_email_does_not_exist"),
        *ORGANIZATION_REF,
        *MINUTES,
        *CLAIMS,
    ],
    "impersonation.authenticate": [
        *each("impersonation_token", "invalid_token", ABSENT, *NO_TOKENS),
        *each("impersonation_token", "unable_to_auth_impersonation_token", "x" * 44),
    ],
}
