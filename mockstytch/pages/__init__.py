"""Pages that the end user's browser visits between the mail, a provider and the app.

It owns the redirect behind a mailed link, the start and callback URLs of OAuth and SSO, the pages of the built-in
providers, and consent. It decides nothing: each handler reads the request, calls a rule in ``domain`` and returns a
page or a redirect. Start with ``links.py``, the shortest; ``surface.py`` has what the pages share.
"""
