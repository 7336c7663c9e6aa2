"""Write the table of what the Java and Rust SDKs accept in a response: ``python -m tools.sdk_models RUST JAVA``.

Both refuse a whole response if a required value is missing or null, or if the value of an enumeration is unknown.
``tests/contract`` compares each response with the table.

RUST is the folder of the crate's sources, ``~/.cargo/registry/src/*/stytch-*``. JAVA is the jar of the Java SDK's
sources: ``mvn dependency:get -Dartifact=com.stytch.java:sdk:11.1.0:jar:sources`` downloads it to ``~/.m2``.
"""

import json
import re
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

from tests.contract.operations import operations

TABLE = Path(__file__).parents[1] / "tests" / "contract" / "sdk_models.json"

# A type: the values of an enumeration, or the type of each field. These have the form ``text``, ``text?`` (optional),
# ``[text]`` (list), ``{any}`` (map), or are the name of another type.
Type = list[str] | dict[str, str]
_PLAIN = {
    "String": "text",
    "bool": "boolean",
    "Boolean": "boolean",
    "i32": "integer",
    "u32": "integer",
    "Int": "integer",
    "Long": "integer",
    "http::StatusCode": "integer",
    "f32": "number",
    "f64": "number",
    "Float": "number",
    "Double": "number",
    "chrono::DateTime<chrono::Utc>": "time",
    "Instant": "time",
    "serde_json::Value": "any",
    "Any": "any",
}
_RUST_GENERIC = {"std::option::Option": "{}?", "std::vec::Vec": "[{}]", "std::collections::HashMap": "{{{}}}"}
_KOTLIN_GENERIC = {"List": "[{}]", "Map": "{{{}}}"}


def rust_types(source: Path) -> dict[str, Type]:
    """Return the types of the Rust SDK, by a name like ``b2b.sso.Connection``."""
    found: dict[str, Type] = {}
    for file in sorted(source.glob("src/*/*.rs")):
        module, text = f"{file.parent.name}.{file.stem}", file.read_text(encoding="utf-8")
        names = {
            name: f"{path.replace('::', '.')}.{name}"
            for path, name in re.findall(r"^use crate::(\S+)::(\w+);", text, re.M)
        }
        names |= {name: f"{module}.{name}" for name in re.findall(r"^pub (?:struct|enum) (\w+)", text, re.M)}
        for kind, name, body in re.findall(r"^pub (struct|enum) (\w+) \{\n(.*?)^\}", text, re.M | re.S):
            member = r'(?:#\[serde\(rename = "(\w+)"\)\]\s+(?:#\[default\]\s+)?)?'
            if kind == "enum":
                found[f"{module}.{name}"] = [value for value, _ in re.findall(member + r"(\w+),", body) if value]
            else:
                fields = re.findall(member + r"pub (?:r#)?(\w+): (.*?),?\n", body)
                found[f"{module}.{name}"] = {wire or field: _rust(hint, names) for wire, field, hint in fields}
    return found


def _rust(hint: str, names: dict[str, str]) -> str:
    outer, _, rest = hint.partition("<")
    if outer in _RUST_GENERIC:
        return _RUST_GENERIC[outer].format(_rust(rest.removesuffix(">").removeprefix("String, "), names))
    return _PLAIN.get(hint) or names.get(hint, hint)


def java_types(sources: Path) -> dict[str, Type]:
    """Return the types of the Java SDK, by a name without underscores: ``b2b.organizationsmembers.CreateResponse``."""
    found: dict[str, Type] = {}
    with zipfile.ZipFile(sources) as jar:
        for file in sorted(jar.namelist()):
            if match := re.search(r"com/stytch/java/(\w+)/models/(\w+)/\w+\.kt$", file):
                found |= dict(_kotlin_file(f"{match[1]}.{match[2]}", jar.read(file).decode()))
    return found


def _kotlin_file(module: str, text: str) -> Iterator[tuple[str, Type]]:
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    imports = re.findall(r"^import com\.stytch\.java\.(\w+)\.models\.(\w+)\.(\w+)", text, re.M)
    names = {name: f"{vertical}.{package}.{name}" for vertical, package, name in imports}
    blocks = re.findall(r"^public (enum|data) class (\w+)(.*?)(?=^public|^@JsonClass|\Z)", text, re.M | re.S)
    names |= {name: f"{module}.{name}" for _, name, _ in blocks}
    for kind, name, body in blocks:
        member = r'@Json\(name = "(\w+)"\)\s+'
        if kind == "enum":
            yield f"{module}.{name}", re.findall(member, body)
        else:
            fields = re.findall(member + r"val \w+: (.*?)(?: = .*)?,\n", body)
            yield f"{module}.{name}", {wire: _kotlin(hint, names) for wire, hint in fields}


def _kotlin(hint: str, names: dict[str, str]) -> str:
    if hint.endswith("?"):
        return _kotlin(hint[:-1], names) + "?"
    outer, _, rest = hint.partition("<")
    if outer in _KOTLIN_GENERIC:
        return _KOTLIN_GENERIC[outer].format(_kotlin(rest.removesuffix(">").removeprefix("String, "), names))
    return _PLAIN.get(hint) or names.get(hint, hint)


def strictest(rust: dict[str, Type], java: dict[str, Type]) -> dict[str, Type]:
    """Return the types that responses have. A value is permitted if both SDKs accept it.

    Raises:
        ValueError: if the SDKs have different types for a field.
    """
    found: dict[str, Type] = {}
    pending = [(name, name.replace("_", "")) for name in _response_models()]
    while pending:
        name, java_name = pending.pop()
        if name in found or name not in rust:
            continue
        ours, theirs = rust[name], java.get(java_name, rust[name])
        if isinstance(ours, list) or isinstance(theirs, list):
            found[name] = [value for value in ours if value in theirs]
            continue
        found[name] = merged = {}
        for field in sorted(ours.keys() | theirs.keys()):
            hints = ours.get(field, theirs.get(field, "")), theirs.get(field, ours.get(field, ""))
            merged[field] = _stricter(f"{name}.{field}", *hints)
            inner, java_inner = (hint.strip("[]{}?") for hint in hints)
            pending.append((inner, java_inner))
    return dict(sorted(found.items()))


def _response_models() -> Iterator[str]:
    for operation in operations().values():
        module = operation.model.__module__.removeprefix("stytch.").replace(".models.", ".")
        yield f"{module}.{operation.model.__name__}"


def _stricter(name: str, rust: str, java: str) -> str:
    """Return a field's type. Kotlin's names of types have no underscores, and its maps have optional values.

    Raises:
        ValueError: if the SDKs have different types for the field.
    """
    optional = "?" if rust.endswith("?") and java.endswith("?") else ""
    rust, java = rust.removesuffix("?"), java.removesuffix("?").replace("?}", "}")
    if rust == "any":
        return java + optional
    if "." not in rust and rust != java != "any":
        raise ValueError(f"{name} is {rust} in Rust and {java} in Java")
    return rust + optional


def main(arguments: list[str]) -> int:
    if len(arguments) != 2:
        sys.stderr.write("usage: python -m tools.sdk_models RUST_FOLDER JAVA_SOURCES_JAR\n")
        return 2
    table = strictest(rust_types(Path(arguments[0])), java_types(Path(arguments[1])))
    lines = (f"{json.dumps(name)}: {json.dumps(content)}" for name, content in table.items())
    TABLE.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
