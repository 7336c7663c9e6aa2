"""URLs that the end user's browser visits during a login: links in e-mails, OAuth, SSO, consent.

This package owns the redirect behind a link in an e-mail, the start and callback URLs of OAuth and SSO, the login pages
of the built-in providers, and the consent page. It must not contain rules: each handler reads the request, calls a
function of ``domain`` and returns a page or a redirect. Start with ``links.py``, the shortest; ``surface.py`` has what
the pages share.
"""
