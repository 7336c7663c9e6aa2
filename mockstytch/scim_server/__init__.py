"""The SCIM 2.0 server (RFC 7643, RFC 7644): the protocol that a directory uses, below the URL of a SCIM connection.

``routes`` declares the surface; start reading there. ``service`` handles one request: it checks the bearer token and
selects the operation. ``resources`` reads and writes one kind of resource, with ``user_resources`` and
``group_resources``; ``resource_search`` filters, sorts and returns pages. Rules and queries are in ``domain.scim``.

Only ``routes`` is imported at the start. The first SCIM request imports the others, because their library takes long
to import.
"""
