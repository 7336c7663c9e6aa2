"""SCIM 2.0: the schemas of users and groups, and their conversion from and to other forms.

``scim_dialects`` converts what Okta and Entra send to the standard's form; start reading there. ``scim_models`` has the
schemas that this server accepts and publishes. ``scim_attributes`` converts a stored user to the API's keys.

The package is pure: it has no store and no ``Context``. Import ``scim_models`` only when a SCIM request arrives,
because its library takes long to import.
"""
