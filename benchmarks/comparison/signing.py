"""How long this server takes to sign a JWT: in a separate process, with its own signer and key."""

import json
import subprocess
import sys
from pathlib import Path
from time import perf_counter

from mockstytch import keys

TIMES = 200
# Similar to the claims of a session. Their size hardly matters.
_CLAIMS = {"sub": "member-test-00000000-0000-4000-8000-000000000000", "session": {"roles": ["stytch_member"] * 20}}


def measure() -> list[float]:
    """Start a process that signs, and return its times in seconds."""
    root = Path(__file__).parent.parent.parent
    command = [sys.executable, "-m", "benchmarks.comparison.signing"]
    ran = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=60, check=True)
    times: list[float] = json.loads(ran.stdout)
    return times


def sign() -> list[float]:
    """Sign different claims, because equal ones can come from a cache. The first JWT isn't measured."""
    times = []
    for n in range(TIMES + 1):
        claims = json.dumps({**_CLAIMS, "iat": n}).encode()
        started = perf_counter()
        keys.sign("jwk-test-bench", "", claims)
        times.append(perf_counter() - started)
    return times[1:]


if __name__ == "__main__":
    print(json.dumps(sign()))
