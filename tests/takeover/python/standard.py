"""The standard library: urllib, and http.client, which ignores proxies."""

import base64
import http.client
import json
import os
import urllib.request

credentials = base64.b64encode(f"{os.environ['STYTCH_PROJECT_ID']}:{os.environ['STYTCH_SECRET']}".encode()).decode()
headers = {"Authorization": f"Basic {credentials}", "Content-Type": "application/json"}
connection = http.client.HTTPSConnection("test.stytch.com")
connection.request(
    "POST", "/v1/b2b/organizations", json.dumps({"organization_name": "Acme", "organization_slug": "acme"}), headers
)
acme = json.load(connection.getresponse())["organization"]["organization_id"]
request = urllib.request.Request(f"https://test.stytch.com/v1/b2b/organizations/{acme}", headers=headers)
with urllib.request.urlopen(request) as found:
    print(json.load(found)["organization"]["organization_name"])
