"""A third-party identity provider and service provider from npm. Their tests are skipped without Node.js."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.saml.helpers import ADA, EMAIL_FORMAT, IDP, certificate, private_key

HERE = Path(__file__).parent / "node"


@pytest.fixture(scope="session")
def node_project(tmp_path_factory):
    """Copy ``node/`` to a temporary directory and install its packages there."""
    npm = shutil.which("npm")
    if not (npm and shutil.which("node")):
        pytest.skip("Node.js with npm is not installed")
    directory = tmp_path_factory.mktemp("saml")
    shutil.copytree(HERE, directory, dirs_exist_ok=True)
    options = ["--no-audit", "--no-fund", "--no-package-lock", "--prefer-offline", "--ignore-scripts"]
    result = subprocess.run([npm, "install", *options], cwd=directory, capture_output=True, text=True, timeout=120)
    if result.returncode:
        assert "CI" not in os.environ, result.stderr
        pytest.skip(f"npm could not install the SAML libraries: {result.stderr.strip().splitlines()[-1]}")
    return directory


@pytest.fixture(scope="session")
def third_party_idp(node_project):
    """Run an identity provider with one user, Ada, and yield its URL."""
    (node_project / "key.pem").write_text(private_key("idp"))
    (node_project / "cert.pem").write_text(certificate("idp"))
    user = {
        "id": ADA,
        "format": EMAIL_FORMAT,
        "claims": {"email": ADA, "name": "Ada <L> & Söhne", "groups": ["a", "b"]},
    }
    settings = json.dumps({"issuer": IDP, "user": user, "options": {"lifetimeInSeconds": 300}})
    command = ["node", "idp.js", "key.pem", "cert.pem", settings]
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
