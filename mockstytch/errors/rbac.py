"""The errors of changes to an RBAC policy."""

from mockstytch.errors.kinds import b2b

# fmt: off
# RBAC policies
cannot_specify_wildcard_with_other_actions = b2b(400, "cannot_specify_wildcard_with_other_actions", "The wildcard action * cannot be combined with other actions of the same permission.", "S")
empty_rbac_resource_id = b2b(400, "empty_rbac_resource_id", "resource_id is required.", "S")
empty_rbac_role_id = b2b(400, "empty_rbac_role_id", "role_id is required.", "S")
empty_rbac_scope = b2b(400, "empty_rbac_scope", "scope is required.", "S")
invalid_rbac_custom_role = b2b(400, "invalid_rbac_custom_role", "The role_id of a custom role cannot begin with stytch. That prefix is reserved for default roles.")
invalid_rbac_role_id = b2b(400, "invalid_rbac_role_id", "role_id is invalid: it must not contain control characters, and must not begin or end with whitespace.")
invalid_rbac_scope = b2b(400, "invalid_rbac_scope", "scope is invalid: it must be an OAuth scope, without whitespace, quotes or backslashes.")
invalid_rbac_stytch_role_edit = b2b(400, "invalid_rbac_stytch_role_edit", "Only the permissions of a default role can be edited. Stytch manages its description.")
invalid_stytch_prefixed_resource = b2b(400, "invalid_stytch_prefixed_resource", "The resource_id of a custom resource cannot begin with stytch. That prefix is reserved for default resources.")
invalid_wildcard_action = b2b(400, "invalid_wildcard_action", "* cannot be an action of a resource. In a permission, it must be the only action.")
rbac_action_duplicate = b2b(400, "rbac_action_duplicate", "An action is listed more than once.")
rbac_action_too_long = b2b(400, "rbac_action_too_long", "An action is too long.")
rbac_cannot_delete_attribute_used_in_org_policy = b2b(400, "rbac_cannot_delete_attribute_used_in_org_policy", "A resource or action cannot be deleted while the policy of an organization uses it.")
rbac_description_too_long = b2b(400, "rbac_description_too_long", "description is too long.")
rbac_org_custom_roles_only = b2b(400, "rbac_org_custom_roles_only", "The policy of an organization can only contain custom roles.")
rbac_permission_missing_actions = b2b(400, "rbac_permission_missing_actions", "A permission must have at least one action.")
rbac_reserved_scope = b2b(400, "rbac_reserved_scope", "The scope is reserved.")
rbac_resource_duplicate = b2b(400, "rbac_resource_duplicate", "A resource_id is used more than once.")
rbac_resource_id_too_long = b2b(400, "rbac_resource_id_too_long", "resource_id is too long.")
rbac_resource_missing_actions = b2b(400, "rbac_resource_missing_actions", "A resource must have at least one action.")
rbac_role_duplicate = b2b(400, "rbac_role_duplicate", "A role_id is used more than once.")
rbac_role_id_too_long = b2b(400, "rbac_role_id_too_long", "role_id is too long.")
rbac_role_missing_permissions = b2b(400, "rbac_role_missing_permissions", "A custom role must have at least one permission.")
rbac_scope_duplicate = b2b(400, "rbac_scope_duplicate", "A scope is used more than once.")
rbac_scope_missing_permissions = b2b(400, "rbac_scope_missing_permissions", "A scope must have at least one permission.")
rbac_scope_too_long = b2b(400, "rbac_scope_too_long", "scope is too long.")
# fmt: on
