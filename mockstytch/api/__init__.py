"""The operations of the API: one module for each resource of the SDKs.

An operation is a request class and a function beside it. The function finds the objects, calls the rules in
``mockstytch.domain``, and returns the response body. It must not deal with HTTP, commit, or read the clock.

Start with ``organizations``, then ``members``. Every module here with an ``api`` list is served.
"""
