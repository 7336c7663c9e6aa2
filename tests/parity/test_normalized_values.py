"""Values that are compared by their parts: times of changes, and URLs."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mockstytch.parity.responses.comparing import Response, compare
from mockstytch.parity.responses.normalizing import Normalizer

_NOW = datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC)


def _response(age: int, changed_after: int) -> Response:
    """Return the response with an object that was created so many seconds ago."""
    created = _NOW - timedelta(seconds=age)
    times: dict[str, Any] = {
        "created_at": _text(created),
        "updated_at": _text(created + timedelta(seconds=changed_after)),
    }
    return Response(status=200, headers={}, body=Normalizer({}, _NOW).value(times))


def _text(time: datetime) -> str:
    return time.isoformat().replace("+00:00", "Z")


@pytest.mark.parametrize(("target", "local", "differ"), [
    ((60, 0), (60, 0), False),
    ((60, 0), (60, 60), True),
    ((60, 60), (60, 60), False),
    ((60, 0), (0, 0), False),  # the local object is new: an update would be in the second of the creation
    ((60, 60), (0, 0), False),
    ((60, 1), (60, 0), False),  # the target needed a second for the calls that the local server did at once
])  # fmt: skip
def test_changed_and_unchanged_objects_differ_if_they_are_old(
    target: tuple[int, int], local: tuple[int, int], differ: bool
) -> None:
    found = compare(_response(*target), _response(*local))
    assert [(each.path, each.kind) for each in found] == [("body.updated_at", "format")] * differ


def _redirect(state: str, scope: str) -> Response:
    location = f"https://idp.example.com/authorize?scope={scope}&state={state}"
    return Response(status=302, headers={"location": Normalizer({}, _NOW).header(location)}, body=None)


def test_parameters_of_a_url_are_compared_one_by_one() -> None:
    random, other = "GKj0GFf5akR7l-oIVf8m0q3lx54qbUd0Ot531L7B98ED", "0X3_fXGb1vmuJFgHDhfzdCxCFQj5wqfOoYIFM60nzVnN"
    assert compare(_redirect(random, "openid+email"), _redirect(other, "openid+email")) == []
    (found,) = compare(_redirect(random, "openid"), _redirect(other, "openid+email"))
    assert (found.path, found.target, found.local) == ("header.location.scope", "openid", "openid email")
