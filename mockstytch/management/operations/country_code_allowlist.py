"""``country_code_allowlist``: the countries to which messages may be sent."""

from msgspec.structs import replace

from mockstytch import errors
from mockstytch.management.fields import ENVIRONMENT, EnvironmentPath
from mockstytch.runtime import Context
from mockstytch.surfaces.endpoint import Body, Endpoints

api = Endpoints()


class SetCodes(EnvironmentPath):
    country_codes: list[str] = []


@api.get(ENVIRONMENT + "/allowed_country_codes/sms")
def get_allowed_sms_country_codes(ctx: Context, req: EnvironmentPath) -> Body:
    """Return the countries that SMS messages may be sent to."""
    return {"country_codes": ctx.project.settings.sms_country_codes}


@api.post(ENVIRONMENT + "/allowed_country_codes/sms")
def set_allowed_sms_country_codes(ctx: Context, req: SetCodes) -> Body:
    """Replace the countries that SMS messages may be sent to."""
    codes = _validated_codes(req.country_codes)
    ctx.update_project(settings=replace(ctx.project.settings, sms_country_codes=codes))
    return {"country_codes": codes}


@api.get(ENVIRONMENT + "/allowed_country_codes/whatsapp")
def get_allowed_whatsapp_country_codes(ctx: Context, req: EnvironmentPath) -> Body:
    """Return the countries that WhatsApp messages may be sent to."""
    _require_consumer_project(ctx)
    return {"country_codes": ctx.project.settings.whatsapp_country_codes}


@api.post(ENVIRONMENT + "/allowed_country_codes/whatsapp")
def set_allowed_whatsapp_country_codes(ctx: Context, req: SetCodes) -> Body:
    """Replace the countries that WhatsApp messages may be sent to."""
    _require_consumer_project(ctx)
    codes = _validated_codes(req.country_codes)
    ctx.update_project(settings=replace(ctx.project.settings, whatsapp_country_codes=codes))
    return {"country_codes": codes}


def _validated_codes(codes: list[str]) -> list[str]:
    """Return the codes in upper case, without duplicates.

    Raises:
        country_code_allowlist_empty: if the list of country codes is empty.
        country_code_allowlist_invalid_country_codes: if a code isn't a country with telephone numbers.
    """
    from phonenumbers import SUPPORTED_REGIONS  # imported late: it is slow to load

    if not codes:
        raise errors.country_code_allowlist_empty()
    upper_case = [code.upper() for code in codes]
    unknown = [code for code in upper_case if code not in SUPPORTED_REGIONS]
    if unknown:
        raise errors.country_code_allowlist_invalid_country_codes(because=f"no country {unknown[0]!r}")
    return list(dict.fromkeys(upper_case))


def _require_consumer_project(ctx: Context) -> None:
    """Require a Consumer project.

    Raises:
        country_code_allowlist_b2b_whatsapp_not_supported: if the project is a B2B project, which sends no WhatsApp
            messages.
    """
    if ctx.project.vertical == "B2B":
        raise errors.country_code_allowlist_b2b_whatsapp_not_supported()
