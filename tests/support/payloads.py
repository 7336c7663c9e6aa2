"""Values that clients shouldn't send."""

import json
from typing import Any

# Bodies that aren't a JSON object.
MALFORMED = {
    "cut off": b'{"organization_id": "acme"',
    "trailing comma": b'{"organization_id": "acme",}',
    "trailing text": b"{} and more",
    "single quotes": b"{'organization_id': 'acme'}",
    "an array": b"[]",
    "a string": b'"acme"',
    "a number": b"5",
    "true": b"true",
    "NaN": b'{"organization_id": NaN}',
    "a form": b"organization_id=acme&email_address=ada%40acme.test",
    "invalid UTF-8": b'{"organization_id": "\xff\xfe"}',
    "UTF-16": '{"organization_id": "acme"}'.encode("utf-16"),
    "a byte-order mark": b"\xef\xbb\xbf{}",
    "a NUL": b"\x00",
    "deep arrays": b'{"organization_id": ' + b"[" * 100_000,
    "deep objects": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "half a surrogate": b'{"organization_id": "\\ud800"}',
}

# A value of each JSON type.
SAMPLES = {"string": "x", "integer": 7, "fraction": 1.5, "boolean": True, "array": ["x"], "object": {"x": "y"}}

# Strings that break careless software.
HOSTILE = {
    "over-long": "x" * 100_000,
    "a NUL": "a\x00b",
    "a line break": "a\r\nb",
    "blanks": "   ",
    "zero width": "\u200b\u200d\ufeff",
    "right to left": "\u202eexe.txt",
    "emoji": "👩‍🚀",
    "200 combining marks": "e" + "\u0301" * 200,
    "a non-character": "\uffff",
    "quotes": "'; DROP TABLE members; --",
    "a template": "{{7*7}}${7*7}<script>",
    "a path": "../../etc/passwd",
    "percent": "%00%ff%",
}


def _nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = {"a": value}
    return value


# JSON objects at the limits of the format.
UNUSUAL_OBJECTS = {
    "a NUL in a key": '{"a\\u0000b": 1}',
    "an empty key": '{"": ""}',
    "a key twice": '{"a": 1, "a": 2}',
    "emoji": '{"👩‍🚀": "🏳️‍🌈"}',
    "half a surrogate": '{"a": "\\ud800"}',
    "a non-character": '{"a": "\\uffff"}',
    "a line separator": '{"a": "\\u2028</script>"}',
    "nested 100 deep": json.dumps(_nested(100)),
    "nested 400 deep": json.dumps(_nested(400)),
    "nested 5000 deep": '{"a":' * 5000 + "1" + "}" * 5000,
    "2^53 + 1": '{"a": 9007199254740993}',
    "2^64": '{"a": 18446744073709551616}',
    "400 digits": '{"a": ' + "9" * 400 + "}",
    "4000 digits": '{"a": ' + "9" * 4000 + "}",
    "infinity": '{"a": 1e400}',
    "minus zero": '{"a": -0.0}',
    "a claim of Stytch": '{"https://stytch.com/organization": {}}',
    "reserved claims": '{"sub": "x", "exp": 0, "iss": null}',
}
