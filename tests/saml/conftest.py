"""Identity provider and service provider of other people's making, from npm; skipped where that can't be."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.saml.world import ADA, EMAIL_FORMAT, IDP, certificate, key

HERE = Path(__file__).parent / "node"


@pytest.fixture(scope="session")
def node_project(tmp_path_factory):
    """A copy of ``node/`` with its packages, outside of this tree."""
    npm = shutil.which("npm")
    if not (npm and shutil.which("node")):
        pytest.skip("Node.js with npm is not installed")
    place = tmp_path_factory.mktemp("saml")
    shutil.copytree(HERE, place, dirs_exist_ok=True)
    options = ["--no-audit", "--no-fund", "--no-package-lock", "--prefer-offline", "--ignore-scripts"]
    done = subprocess.run([npm, "install", *options], cwd=place, capture_output=True, text=True, timeout=120)
    if done.returncode:
        assert "CI" not in os.environ, done.stderr
        pytest.skip(f"npm could not install the SAML libraries: {done.stderr.strip().splitlines()[-1]}")
    return place


@pytest.fixture(scope="session")
def foreign_idp(node_project):
    """The address of an identity provider with its own key, that knows Ada."""
    (node_project / "key.pem").write_text(key("idp"))
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
def foreign_sp(node_project):
    """``foreign_sp(response, **options)``: what a service provider reads in a response."""
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
