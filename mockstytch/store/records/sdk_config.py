"""What browser and mobile SDKs can do without the backend, with the names of the management API.

Until a configuration is set, everything is enabled. Setting one replaces all of it: a field that is left out is off,
because the official clients leave out false values.
"""

from typing import Literal

from mockstytch.values import Frozen

HttpOnly = Literal["DISABLED", "ENABLED", "ENFORCED"]
Fingerprinting = Literal["ENABLED", "PASSIVE", "DISABLED"]
OnChallenge = Literal["ALLOW", "BLOCK", "TRIGGER_CAPTCHA"]


class Domain(Frozen):
    domain: str = ""
    slug_pattern: str = ""


class B2BBasic(Frozen):
    enabled: bool = False
    allow_self_onboarding: bool = False
    enable_member_permissions: bool = False
    domains: list[Domain] = []
    bundle_ids: list[str] = []


class Sessions(Frozen):
    max_session_duration_minutes: int = 60


class WithPkce(Frozen):
    enabled: bool = False
    pkce_required: bool = False


class Totps(Frozen):
    create_totps: bool = False
    enabled: bool = False


class SmsAutofillMetadata(Frozen):
    metadata_type: Literal["domain", "hash"] = "domain"
    metadata_value: str = ""
    bundle_id: str = ""


class B2BOtps(Frozen):
    sms_enabled: bool = False
    sms_autofill_metadata: list[SmsAutofillMetadata] = []
    email_enabled: bool = False


class Dfppa(Frozen):
    """Device Fingerprinting Protected Auth."""

    enabled: Fingerprinting = "DISABLED"
    on_challenge: OnChallenge = "ALLOW"


class Passwords(Frozen):
    enabled: bool = False
    pkce_required_for_password_resets: bool = False


class Cookies(Frozen):
    http_only: HttpOnly = "DISABLED"


class Enabled(Frozen):
    enabled: bool = False


class B2BConfig(Frozen):
    basic: B2BBasic = B2BBasic()
    sessions: Sessions = Sessions()
    magic_links: WithPkce = WithPkce()
    oauth: WithPkce = WithPkce()
    totps: Totps = Totps()
    sso: WithPkce = WithPkce()
    otps: B2BOtps = B2BOtps()
    dfppa: Dfppa = Dfppa()
    passwords: Passwords = Passwords()
    cookies: Cookies = Cookies()
    user_impersonation: Enabled = Enabled()


class ConsumerBasic(Frozen):
    enabled: bool = False
    domains: list[str] = []
    bundle_ids: list[str] = []


class ConsumerMagicLinks(Frozen):
    login_or_create_enabled: bool = False
    send_enabled: bool = False
    pkce_required: bool = False


class ConsumerOtps(Frozen):
    sms_login_or_create_enabled: bool = False
    whatsapp_login_or_create_enabled: bool = False
    email_login_or_create_enabled: bool = False
    sms_send_enabled: bool = False
    whatsapp_send_enabled: bool = False
    email_send_enabled: bool = False
    sms_autofill_metadata: list[SmsAutofillMetadata] = []


class WebAuthn(Frozen):
    create_webauthns: bool = False
    enabled: bool = False


class CryptoWallets(Frozen):
    enabled: bool = False
    siwe_required: bool = False


class Biometrics(Frozen):
    create_biometrics_enabled: bool = False
    enabled: bool = False


class ConsumerConfig(Frozen):
    basic: ConsumerBasic = ConsumerBasic()
    sessions: Sessions = Sessions()
    magic_links: ConsumerMagicLinks = ConsumerMagicLinks()
    otps: ConsumerOtps = ConsumerOtps()
    oauth: WithPkce = WithPkce()
    totps: Totps = Totps()
    webauthn: WebAuthn = WebAuthn()
    crypto_wallets: CryptoWallets = CryptoWallets()
    dfppa: Dfppa = Dfppa()
    biometrics: Biometrics = Biometrics()
    passwords: Passwords = Passwords()
    cookies: Cookies = Cookies()
    user_impersonation: Enabled = Enabled()


_LONGEST = Sessions(max_session_duration_minutes=527040)

# The configuration of a project until one is set.
ALL_ENABLED_B2B = B2BConfig(
    basic=B2BBasic(enabled=True, allow_self_onboarding=True, enable_member_permissions=True),
    sessions=_LONGEST,
    magic_links=WithPkce(enabled=True),
    oauth=WithPkce(enabled=True),
    totps=Totps(create_totps=True, enabled=True),
    sso=WithPkce(enabled=True),
    otps=B2BOtps(sms_enabled=True, email_enabled=True),
    passwords=Passwords(enabled=True),
    user_impersonation=Enabled(enabled=True),
)
ALL_ENABLED_CONSUMER = ConsumerConfig(
    basic=ConsumerBasic(enabled=True),
    sessions=_LONGEST,
    magic_links=ConsumerMagicLinks(login_or_create_enabled=True, send_enabled=True),
    otps=ConsumerOtps(
        sms_login_or_create_enabled=True,
        whatsapp_login_or_create_enabled=True,
        email_login_or_create_enabled=True,
        sms_send_enabled=True,
        whatsapp_send_enabled=True,
        email_send_enabled=True,
    ),
    oauth=WithPkce(enabled=True),
    totps=Totps(create_totps=True, enabled=True),
    webauthn=WebAuthn(create_webauthns=True, enabled=True),
    crypto_wallets=CryptoWallets(enabled=True),
    biometrics=Biometrics(create_biometrics_enabled=True, enabled=True),
    passwords=Passwords(enabled=True),
    user_impersonation=Enabled(enabled=True),
)
