"""Types of request fields, each with the error that the API returns for an invalid value.

As in production, an empty string is treated like an absent one: both return the field's error.
"""

from enum import StrEnum
from typing import Annotated, Any, TypeVar, Union

from msgspec import UNSET, Meta, UnsetType

from mockstytch import errors
from mockstytch.domain.sessions.sessions import MAX_MINUTES, MIN_MINUTES
from mockstytch.domain.shared.emails import ADDRESS
from mockstytch.protocols import pkce
from mockstytch.surfaces.validation import FieldError, Normalize

T = TypeVar("T")
Maybe = Union[T, UnsetType]  # noqa: UP007 · a generic alias: ``name: Maybe[str] = UNSET`` distinguishes "not sent" from ""

__all__ = ["UNSET", "FieldError", "Maybe", "Normalize"]


EMPTY_IS_ABSENT = Normalize(lambda text: text or None)


class OptionalHyphensEnum(StrEnum):
    """An enumeration whose values are accepted without their hyphens, too.

    The Java and Rust SDKs can only send them without: ``microsoftentra``, ``ptbr``.
    """

    @classmethod
    def _missing_(cls, value: object) -> "OptionalHyphensEnum | None":
        return next((c for c in cls if c.value.replace("-", "") == value), None)


class CaseInsensitiveEnum(StrEnum):
    """An enumeration whose values are accepted in upper and lower case, and without their hyphens."""

    @classmethod
    def _missing_(cls, value: object) -> "CaseInsensitiveEnum | None":
        spellings = {spelling.lower(): c for c in cls for spelling in (c.value, c.value.replace("-", ""))}
        return spellings.get(value.lower()) if isinstance(value, str) else None


class Locale(CaseInsensitiveEnum):
    """The languages of e-mails."""

    EN = "en"
    ES = "es"
    FR = "fr"
    PT_BR = "pt-br"


class SmsLocale(CaseInsensitiveEnum):
    """The languages that requests accept for text messages. Those without a translation here get English."""

    EN = "en"
    ES = "es"
    PT_BR = "pt-br"
    FR = "fr"
    IT = "it"
    DE_DE = "de-DE"
    ZH_HANS = "zh-Hans"
    CA_ES = "ca-ES"
    JA = "ja"
    RU = "ru"
    NL = "nl"
    PL = "pl"
    TR = "tr"
    FA = "fa"
    VI = "vi"
    CS = "cs"


Text = Annotated[str, Meta(min_length=1)]

OrganizationRef = Annotated[str, Meta(min_length=1, max_length=128), FieldError(errors.invalid_organization_id)]
MemberRef = Annotated[Text, FieldError(errors.member_not_found)]
EmailAddress = Annotated[
    str, Meta(pattern=ADDRESS, max_length=254), Normalize(lambda s: s.strip().lower()), FieldError(errors.invalid_email)
]
OptionalEmail = Annotated[
    str,
    Meta(pattern=ADDRESS, max_length=254),
    Normalize(lambda s: s.strip().lower() or None),
    FieldError(errors.invalid_email),
]
# 44 base64url characters: 33 bytes, or 32 and their padding
TOKEN = r"\A[A-Za-z0-9_-]{43}[A-Za-z0-9_=-]\Z"
Token = Annotated[str, Meta(pattern=TOKEN), FieldError(errors.invalid_token)]
OptionalSessionToken = Annotated[str, Meta(pattern=rf"{TOKEN}|\A\Z"), FieldError(errors.invalid_session_token)]
SessionMinutes = Annotated[
    int, Meta(ge=MIN_MINUTES, le=MAX_MINUTES), FieldError(errors.invalid_session_duration_minutes)
]
LinkMinutes = Annotated[int, Meta(ge=5, le=10080), FieldError(errors.invalid_expiration)]
LocaleField = Annotated[Locale, FieldError(errors.invalid_locale)]
SmsLocaleField = Annotated[SmsLocale, FieldError(errors.invalid_locale)]
ExternalId = Annotated[
    str,
    Meta(pattern=r"\A(?!member-(test|live)-)[A-Za-z0-9._|-]{1,128}\Z"),
    EMPTY_IS_ABSENT,
    FieldError(errors.invalid_external_id),
]
Metadata = Annotated[dict[str, Any], FieldError(errors.metadata_invalid_format, or_type=True)]
CodeChallenge = Annotated[
    str, Meta(pattern=rf"\A({pkce.CHALLENGE})?\Z"), FieldError(errors.invalid_pkce_code_challenge)
]
CodeVerifier = Annotated[
    str, Meta(pattern=r"\A[A-Za-z0-9._~-]{0,128}\Z"), FieldError(errors.invalid_pkce_code_verifier)
]
Claims = dict[str, Any]
