"""The errors of SCIM connections."""

from mockstytch.errors.kinds import b2b

# fmt: off
# SCIM connections
active_scim_connection_exists = b2b(400, "active_scim_connection_exists", "Cannot create a new SCIM connection for the specified organization since the organization already has an active SCIM connection. Organizations may only have one active SCIM connection at a time.", "D")
invalid_scim_idp = b2b(400, "invalid_scim_idp", "identity_provider must be one of generic, okta, microsoft-entra, google-workspace, cyberark, jumpcloud, onelogin, pingfederate and rippling.")
no_active_scim_connection = b2b(400, "no_active_scim_connection", "The organization has no active SCIM connection, or not with this connection_id.")
scim_connection_not_rotating_token = b2b(400, "scim_connection_not_rotating_token", "The SCIM connection is not rotating its bearer token.")
scim_group_role_assignment_does_not_contain_group_id = b2b(400, "scim_group_role_assignment_does_not_contain_group_id", "Each SCIM group role assignment must contain a group_id.")
scim_group_role_assignment_group_does_not_exist = b2b(400, "scim_group_role_assignment_group_does_not_exist", "A SCIM group role assignment has the group_id of a group that the connection does not have.")
# fmt: on
