"""Print the methods of the Rust SDK that send requests, one in each line. Rust has no reflection: its source is read.

Run it in a folder with a ``Cargo.toml`` that depends on the SDK.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path


def methods(source: Path) -> list[str]:
    """Return names like ``organizations.members.create``.

    Args:
        source: the folder of the crate.
    """
    client = (source / "src" / "b2b" / "client.rs").read_text(encoding="utf-8")
    return sorted(_below(source, client, "Client"))


def _below(source: Path, text: str, resource: str, prefix: str = "") -> Iterator[str]:
    """Find the methods below a resource, whose struct and methods are in a file with this text."""
    if prefix:
        (body,) = re.findall(rf"^impl {resource} \{{(.*?)^\}}", text, re.M | re.S)
        yield from (prefix + name for name in re.findall(r"pub async fn (?:r#)?(\w+)\(\s*&self", body))
    (struct,) = re.findall(rf"^pub struct {resource} \{{(.*?)^\}}", text, re.M | re.S)
    for name, kind in re.findall(r"pub (\w+): (\w+),", struct):
        if found := re.search(rf"^use crate::((?:\w+::)+){kind};", text, re.M):
            file = source.joinpath("src", *found[1].removesuffix("::").split("::")).with_suffix(".rs")
            yield from _below(source, file.read_text(encoding="utf-8"), kind, f"{prefix}{name}.")


def main() -> None:
    described = subprocess.run(("cargo", "metadata", "--format-version=1"), capture_output=True, check=True)
    (manifest,) = (p["manifest_path"] for p in json.loads(described.stdout)["packages"] if p["name"] == "stytch")
    sys.stdout.write("\n".join(methods(Path(manifest).parent)))


if __name__ == "__main__":
    main()
