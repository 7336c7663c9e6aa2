"""The page that the browser SDK puts into an invisible iframe: it parses phone numbers.

In production it is at ``js.stytch.com``, and has a large library for phone numbers. Here it asks this server.
"""

from typing import Any

from starlette.responses import JSONResponse, Response

from mockstytch import errors
from mockstytch.pages.surface import PAGES, page
from mockstytch.surfaces.request import HttpRequest
from mockstytch.surfaces.surface import Route

_PATH = "/clientside-services"
_MAX_LENGTH = 50  # characters of a phone number
_HEADERS = {  # pages of every origin may use it
    "Content-Security-Policy": "default-src 'none'; script-src 'unsafe-inline'; connect-src 'self'; frame-ancestors *"
}


def routes() -> list[Route]:
    return [
        Route("GET", f"{_PATH}/index.html", PAGES, _show),
        Route("GET", f"{_PATH}/phone-number", PAGES, _parse_phone_number),
        Route("GET", f"{_PATH}/example-phone-number", PAGES, _example_phone_number),
    ]


async def _show(_request: HttpRequest) -> Response:
    return page("clientside_services.html", headers=_HEADERS)


async def _parse_phone_number(request: HttpRequest) -> Response:
    """Return whether a phone number is valid, and the number in two formats.

    Raises:
        invalid_phone_number: if it isn't a phone number at all.
    """
    import phonenumbers  # a slow import that only phone numbers need

    query = request.query_fields()
    region = query.get("region_code", "").upper() or None
    try:  # the parameter isn't "phone_number", in which a blank would mean a plus
        parsed = phonenumbers.parse(query.get("number", "")[:_MAX_LENGTH], region)
    except phonenumbers.NumberParseException as e:
        raise errors.invalid_phone_number(because=str(e)) from None
    result: dict[str, Any] = {
        "isValid": phonenumbers.is_possible_number(parsed),
        "number": phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164),
        "national": phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL),
    }
    return JSONResponse(result)


async def _example_phone_number(request: HttpRequest) -> Response:
    """Return a phone number of a country, for the empty input field; ``{}`` if the country is unknown."""
    import phonenumbers

    number = phonenumbers.example_number(request.query_fields().get("region_code", "").upper())
    if number is None:
        return JSONResponse({})
    return JSONResponse({"phoneNumber": phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)})
