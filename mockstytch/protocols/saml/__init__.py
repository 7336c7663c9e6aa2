"""SAML 2.0: the documents of both sides, their signatures and their encryption.

``saml_response`` verifies a response; start reading there. ``service_provider`` builds authentication requests and
parses an identity provider's metadata. ``identity_provider`` is the other side: it parses requests and builds
responses. All of them use ``xml``, ``xml_signatures`` and ``certificates``.

The package is pure: it has no store and no ``Context``. Callers pass what they expect, including the current time.
"""
