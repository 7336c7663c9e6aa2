"""The rules of the API, in one package for each subject.

A function takes the context and plain values. HTTP and request classes belong to ``mockstytch.api``. The layers
in ``pyproject.toml`` define which package can import which; ``shared`` is below the others.

Start with ``shared.lookup``, which finds organizations and members, and ``login.login_flow``, which completes logins.
"""
