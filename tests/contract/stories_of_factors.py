"""Stories of one-time codes, MFA, passwords and provider accounts."""

from typing import Any

from tests.contract.factors import (
    NEW_PASSWORD,
    PASSWORD,
    PHONE,
    SECRET,
    code,
    ids,
    md5,
    oauth_token,
    reset_token,
    totp_code,
    with_account,
    with_app,
    with_password,
)
from tests.contract.story import story
from tests.support.given import Given


@story("otps.email.login_or_signup")
def _(given: Given) -> Any:
    acme = given.organization(email_jit_provisioning="RESTRICTED", email_allowed_domains=["acme.test"])
    return given.client.otps.email.login_or_signup(acme.organization_id, "ada@acme.test")


@story("otps.email.authenticate")
def _(given: Given) -> Any:
    """The organization requires MFA, so a code is sent to the phone."""
    acme = given.organization(mfa_policy="REQUIRED_FOR_ALL")
    given.member(acme, "ada@acme.test", mfa_phone_number=PHONE)
    given.client.otps.email.login_or_signup(acme.organization_id, "ada@acme.test")
    return given.client.otps.email.authenticate(acme.organization_id, "ada@acme.test", code(given, "ada@acme.test"))


@story("otps.email.discovery.send")
def _(given: Given) -> Any:
    return given.client.otps.email.discovery.send("ada@acme.test")


@story("otps.email.discovery.authenticate")
def _(given: Given) -> Any:
    given.member(given.organization(), "ada@acme.test")
    given.client.otps.email.discovery.send("ada@acme.test")
    return given.client.otps.email.discovery.authenticate("ada@acme.test", code(given, "ada@acme.test"))


@story("otps.sms.send")
def _(given: Given) -> Any:
    return given.client.otps.sms.send(**ids(given.member(given.organization())), mfa_phone_number=PHONE)


@story("otps.sms.authenticate")
def _(given: Given) -> Any:
    acme = given.organization()
    ada = given.member(acme)
    token = given.login(acme, ada).session_token
    given.client.otps.sms.send(**ids(ada), mfa_phone_number=PHONE, session_token=token)
    return given.client.otps.sms.authenticate(
        **ids(ada), code=code(given, PHONE), session_token=token, set_mfa_enrollment="enroll", set_default_mfa=True
    )


@story("totps.create")
def _(given: Given) -> Any:
    return given.client.totps.create(**ids(given.member(given.organization())), expiration_minutes=5)


@story("totps.authenticate")
def _(given: Given) -> Any:
    acme = given.organization(mfa_policy="REQUIRED_FOR_ALL")
    ada = given.member(acme)
    token = given.login(acme, ada).intermediate_session_token
    secret = given.client.totps.create(**ids(ada), intermediate_session_token=token).secret
    return given.client.totps.authenticate(
        **ids(ada),
        code=totp_code(given, secret),
        intermediate_session_token=token,
        session_custom_claims={"plan": "pro"},
    )


@story("totps.migrate")
def _(given: Given) -> Any:
    ada = given.member(given.organization())
    return given.client.totps.migrate(**ids(ada), secret=SECRET, recovery_codes=["aaaa-bbbb-cccc"])


@story("organizations.members.delete_totp")
def _(given: Given) -> Any:
    ada = with_app(given, given.member(given.organization()))
    return given.client.organizations.members.delete_totp(**ids(ada))


@story("recovery_codes.get")
def _(given: Given) -> Any:
    return given.client.recovery_codes.get(**ids(with_app(given, given.member(given.organization()))))


@story("recovery_codes.rotate")
def _(given: Given) -> Any:
    return given.client.recovery_codes.rotate(**ids(with_app(given, given.member(given.organization()))))


@story("recovery_codes.recover")
def _(given: Given) -> Any:
    acme = given.organization()
    ada = with_app(given, given.member(acme), "aaaa-bbbb-cccc", "dddd-eeee-ffff")
    token = given.login(acme, ada).session_token
    return given.client.recovery_codes.recover(**ids(ada), recovery_code="aaaa-bbbb-cccc", session_token=token)


@story("passwords.strength_check")
def _(given: Given) -> Any:
    return given.client.passwords.strength_check("password1", email_address="ada@acme.test")


@story("passwords.authenticate")
def _(given: Given) -> Any:
    acme = given.organization()
    with_password(given, acme)
    return given.client.passwords.authenticate(acme.organization_id, "ada@acme.test", PASSWORD)


@story("passwords.migrate")
def _(given: Given) -> Any:
    return given.client.passwords.migrate(
        organization_id=given.organization().organization_id,
        email_address="ada@acme.test",
        hash=md5("salt" + PASSWORD),
        hash_type="md_5",
        md_5_config={"prepend_salt": "salt", "append_salt": "pepper"},
        name="Ada",
        trusted_metadata={"plan": "pro"},
        roles=["stytch_admin"],
        mfa_phone_number=PHONE,
        set_phone_number_verified=True,
        external_id="ada-1",
    )


@story("passwords.email.reset_start")
def _(given: Given) -> Any:
    acme = given.organization()
    given.member(acme, "ada@acme.test")
    return given.client.passwords.email.reset_start(acme.organization_id, "ada@acme.test")


@story("passwords.email.reset")
def _(given: Given) -> Any:
    acme = given.organization()
    given.member(acme, "ada@acme.test")
    return given.client.passwords.email.reset(reset_token(given, acme), PASSWORD)


@story("passwords.email.require_reset")
def _(given: Given) -> Any:
    given.mock.configure(cross_org_passwords_enabled=True)
    ada = with_password(given, given.organization())
    return given.client.passwords.email.require_reset("ada@acme.test", **ids(ada))


@story("passwords.existing_password.reset")
def _(given: Given) -> Any:
    acme = given.organization()
    with_password(given, acme)
    return given.client.passwords.existing_password.reset("ada@acme.test", PASSWORD, NEW_PASSWORD, acme.organization_id)


@story("passwords.sessions.reset")
def _(given: Given) -> Any:
    acme = given.organization()
    login = given.login(acme, given.member(acme))
    return given.client.passwords.sessions.reset(
        organization_id=acme.organization_id, password=PASSWORD, session_token=login.session_token
    )


@story("passwords.discovery.authenticate")
def _(given: Given) -> Any:
    given.mock.configure(cross_org_passwords_enabled=True)
    with_password(given, given.organization())
    return given.client.passwords.discovery.authenticate("ada@acme.test", PASSWORD)


@story("passwords.discovery.email.reset_start")
def _(given: Given) -> Any:
    given.mock.configure(cross_org_passwords_enabled=True)
    return given.client.passwords.discovery.email.reset_start("ada@acme.test")


@story("passwords.discovery.email.reset")
def _(given: Given) -> Any:
    given.mock.configure(cross_org_passwords_enabled=True)
    given.member(given.organization(), "ada@acme.test")
    given.client.passwords.discovery.email.reset_start("ada@acme.test")
    return given.client.passwords.discovery.email.reset(given.token("ada@acme.test"), PASSWORD)


@story("organizations.members.delete_password")
def _(given: Given) -> Any:
    acme = given.organization()
    ada = with_password(given, acme)
    return given.client.organizations.members.delete_password(acme.organization_id, ada.member_password_id)


@story("oauth.authenticate")
def _(given: Given) -> Any:
    """A new member joins with the address that the provider verified."""
    given.organization(
        organization_slug="acme", email_jit_provisioning="RESTRICTED", email_allowed_domains=["acme.test"]
    )
    given.login(joined := given.client.organizations.get("acme").organization, given.member(joined, "bob@acme.test"))
    return given.client.oauth.authenticate(oauth_token(given))


@story("oauth.discovery.authenticate")
def _(given: Given) -> Any:
    given.member(given.organization(), "ada@acme.test")
    return given.client.oauth.discovery.authenticate(oauth_token(given, "github", "", tenant_ids=["1", "2"]))


@story("organizations.members.oauth_providers.google")
def _(given: Given) -> Any:
    return given.client.organizations.members.oauth_providers.google(
        **ids(with_account(given, "google")), include_refresh_token=True
    )


@story("organizations.members.oauth_providers.microsoft")
def _(given: Given) -> Any:
    return given.client.organizations.members.oauth_providers.microsoft(**ids(with_account(given, "microsoft")))


@story("organizations.members.oauth_providers.github")
def _(given: Given) -> Any:
    ada = with_account(given, "github", tenant_ids=["1", "2"])
    return given.client.organizations.members.oauth_providers.github(**ids(ada))


@story("organizations.members.oauth_providers.slack")
def _(given: Given) -> Any:
    ada = with_account(given, "slack", tenant_ids=["T1"])
    return given.client.organizations.members.oauth_providers.slack(**ids(ada))


@story("organizations.members.oauth_providers.hubspot")
def _(given: Given) -> Any:
    ada = with_account(given, "hubspot", tenant_ids=["H1"])
    return given.client.organizations.members.oauth_providers.hubspot(**ids(ada), include_refresh_token=True)
