"""Example login flows: each scenario runs through the official client against a running server, and checks the results.

A module without a leading underscore is one scenario: a function ``run(scenario)``, and a docstring whose first line is
the title. Each run uses a new project, so scenarios can run in parallel against one server.

    mockstytch scenario                             run all, with a server started for them
    python -m scenarios.link_used_twice --url …     run one, against a running server

Not affiliated with Stytch, Inc.
"""

from ._catalog import SCENARIOS, title

__all__ = ["SCENARIOS", "title"]
