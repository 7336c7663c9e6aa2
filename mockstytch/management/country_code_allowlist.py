"""``country_code_allowlist``: the countries to which messages are sent."""

from msgspec.structs import replace

from mockstytch import errors
from mockstytch.management.fields import ENVIRONMENT, EnvironmentPath
from mockstytch.runtime import Context
from mockstytch.surfaces.endpoint import Body, Endpoints

api = Endpoints()


class GetCodes(EnvironmentPath):
    pass


class SetCodes(EnvironmentPath):
    country_codes: list[str] = []


@api.get(ENVIRONMENT + "/allowed_country_codes/sms")
def get_allowed_sms_country_codes(ctx: Context, req: GetCodes) -> Body:
    return {"country_codes": ctx.project.settings.sms_country_codes}


@api.post(ENVIRONMENT + "/allowed_country_codes/sms")
def set_allowed_sms_country_codes(ctx: Context, req: SetCodes) -> Body:
    codes = _checked(req.country_codes)
    ctx.update_project(settings=replace(ctx.project.settings, sms_country_codes=codes))
    return {"country_codes": codes}


@api.get(ENVIRONMENT + "/allowed_country_codes/whatsapp")
def get_allowed_whatsapp_country_codes(ctx: Context, req: GetCodes) -> Body:
    _check_vertical(ctx)
    return {"country_codes": ctx.project.settings.whatsapp_country_codes}


@api.post(ENVIRONMENT + "/allowed_country_codes/whatsapp")
def set_allowed_whatsapp_country_codes(ctx: Context, req: SetCodes) -> Body:
    _check_vertical(ctx)
    codes = _checked(req.country_codes)
    ctx.update_project(settings=replace(ctx.project.settings, whatsapp_country_codes=codes))
    return {"country_codes": codes}


def _checked(codes: list[str]) -> list[str]:
    """The codes in capitals, as they were given otherwise.

    Raises:
        country_code_allowlist_empty: there are none.
        country_code_allowlist_invalid_country_codes: one of them is no country with telephones.
    """
    from phonenumbers import SUPPORTED_REGIONS  # takes its time to load

    if not codes:
        raise errors.country_code_allowlist_empty()
    capitals = [code.upper() for code in codes]
    unknown = [code for code in capitals if code not in SUPPORTED_REGIONS]
    if unknown:
        raise errors.country_code_allowlist_invalid_country_codes(because=f"no country {unknown[0]!r}")
    return list(dict.fromkeys(capitals))


def _check_vertical(ctx: Context) -> None:
    """
    Raises:
        country_code_allowlist_b2b_whatsapp_not_supported: only Consumer projects send WhatsApp messages.
    """
    if ctx.project.vertical == "B2B":
        raise errors.country_code_allowlist_b2b_whatsapp_not_supported()
