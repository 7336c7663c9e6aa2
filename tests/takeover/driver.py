"""Run programs, each in its own project, and write what each returned: ``driver.py WANTED RESULTS [UNSET…]``.

``mockstytch run`` starts it, and the programs inherit its environment, without the variables to unset.
"""

import json
import os
import subprocess
import sys
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path


def result(command: list[str]) -> dict[str, object]:
    project_id = f"project-test-{uuid.uuid4()}"
    environment = {**os.environ, "STYTCH_PROJECT_ID": project_id, "MOCKSTYTCH_PROJECT_ID": project_id}
    for name in sys.argv[3:]:
        environment.pop(name, None)
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=240, check=False)
    return {"returncode": done.returncode, "stdout": done.stdout, "stderr": done.stderr}


wanted = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
with ThreadPoolExecutor(2) as pool:
    results = dict(zip(wanted, pool.map(result, wanted.values()), strict=True))
Path(sys.argv[2]).write_text(json.dumps(results), encoding="utf-8")
