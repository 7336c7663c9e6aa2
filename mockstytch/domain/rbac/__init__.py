"""Role-based access control: the policy, the permissions that roles grant, and the search for members by role.

It decides whether an acting member can perform an operation. Which roles a member has is derived in ``domain.roles``,
below this package. It must not read requests: ``authorize`` gets the fields as plain values.

Start with ``permissions.authorize``.
"""
