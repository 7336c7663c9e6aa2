"""``mockstytch parity``: compare this server with the real API, with the credentials of a test project.

A **probe** is data: a few calls whose responses are compared.
Probes are in ``probes/*.toml``; the README there has the format.
The calls go to two **sides**: the target, which is the real API, and a new server in this process. A response is
**normalized**: ids, tokens and times are replaced by their formats. What then differs is a **difference**.

``running`` sends the calls, ``comparing`` finds the differences, ``cleaning`` deletes what was created on the target.
"""
