"""Login: from a verified factor to a session.

Start with ``login_flow``. It decides whether a login needs another primary factor or a second factor, or is complete.
``primary_factors`` and ``mfa`` contain the rules that it applies, and ``second_factor`` completes an MFA step.
``discovery`` lists the organizations that an address can log in to. ``oauth`` is the login through Google, Microsoft,
GitHub, Slack and HubSpot. ``impersonation`` and ``sandbox`` are special cases.

A login method verifies its credential (see ``domain.credentials`` and ``domain.sso``), then calls ``login_flow``. It
never starts a session itself, and login methods don't call each other.
"""
