"""Formats and protocols of other standards: password hashes, PKCE, JSON types, SAML, SCIM.

The functions are pure: they take values and return values. They have no ``Context``, read no clock and use no store, so
they can be tested without a server. Rules about members and organizations belong to ``mockstytch.domain``. Start with
``pkce``, the smallest module, or with ``saml.saml_response`` and ``scim.scim_dialects``.
"""
