"""httpx, which ignores the environment here: no proxy, and its own certificates."""

import os

import httpx

with httpx.Client(trust_env=False, auth=(os.environ["STYTCH_PROJECT_ID"], os.environ["STYTCH_SECRET"])) as client:
    created = client.post(
        "https://test.stytch.com/v1/b2b/organizations", json={"organization_name": "Acme", "organization_slug": "acme"}
    )
print(created.json()["organization"]["organization_name"])
