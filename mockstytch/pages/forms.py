"""What a browser sends to the hosted pages: forms, within limits."""

from urllib.parse import parse_qsl

from starlette.requests import Request

from mockstytch import errors
from mockstytch.surfaces.dispatch import read

_MOST_FIELDS = 50

Fields = dict[str, str]


async def form(request: Request) -> Fields | None:
    """The fields of a posted form, of each the last one; none where nothing was posted. None where there is more of it
    than any page of this server sends."""
    if request.method != "POST":
        return {}
    raw = await read(request.receive)
    try:
        pairs = parse_qsl((raw or b"").decode("latin-1"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        return None
    return None if raw is None else dict(pairs)


async def required_form(request: Request) -> Fields:
    """
    Raises:
        request_too_large: it is.
    """
    found = await form(request)
    if found is None:
        raise errors.request_too_large()
    return found
