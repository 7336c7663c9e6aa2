"""A third-party identity provider and service provider from npm. Their tests are skipped without Node.js."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.saml.helpers import ADA, EMAIL_FORMAT, IDP, certificate, private_key
from tests.support.node_packages import installed

HERE = Path(__file__).parent / "node"


@pytest.fixture(scope="session")
def node_project(node_cache):
    """A copy of ``node/`` with the packages installed."""
    return installed(HERE, node_cache)


@pytest.fixture(scope="session")
def third_party_idp(node_project, tmp_path_factory):
    """Run an identity provider with one user, Ada, and yield its URL."""
    keys = tmp_path_factory.mktemp("saml")
    (keys / "key.pem").write_text(private_key("idp"))
    (keys / "cert.pem").write_text(certificate("idp"))
    user = {
        "id": ADA,
        "format": EMAIL_FORMAT,
        "claims": {"email": ADA, "name": "Ada <L> & Söhne", "groups": ["a", "b"]},
    }
    settings = json.dumps({"issuer": IDP, "user": user, "options": {"lifetimeInSeconds": 300}})
    command = ["node", "idp.js", str(keys / "key.pem"), str(keys / "cert.pem"), settings]
    with subprocess.Popen(
        command, cwd=node_project, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout
        assert server.stdin
        port = server.stdout.readline().strip()
        assert port, "the identity provider did not start"
        yield f"http://127.0.0.1:{port}"
        server.stdin.close()
        server.wait(10)


@pytest.fixture(scope="session")
def third_party_sp(node_project):
    """Yield ``third_party_sp(response, **options)``, which returns what a service provider reads in a response."""
    command = ["node", "sp.js"]
    with subprocess.Popen(
        command, cwd=node_project, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as reader:

        def read(response: str, **options: Any) -> dict[str, Any]:
            assert reader.stdin
            assert reader.stdout
            reader.stdin.write(json.dumps({"response": response, "options": options}) + "\n")
            reader.stdin.flush()
            return dict(json.loads(reader.stdout.readline()))

        yield read
        assert reader.stdin
        reader.stdin.close()
        reader.wait(10)
