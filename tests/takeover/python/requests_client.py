"""requests, without the environment: no proxy, and its own certificates."""

import os

import requests

with requests.Session() as session:
    session.trust_env = False
    session.auth = (os.environ["STYTCH_PROJECT_ID"], os.environ["STYTCH_SECRET"])
    created = session.post(
        "https://test.stytch.com/v1/b2b/organizations",
        json={"organization_name": "Acme", "organization_slug": "acme"},
        timeout=30,
    )
print(created.json()["organization"]["organization_name"])
