"""What the server says only to the Admin Portal."""

from tests.browser.login_screen import sdk_config


def test_portal_shows_sso_if_the_sdk_configuration_allows_it(mock, sdk, given):
    def shown():
        config = sdk("GET", "/b2b/admin_portal_config", token=admin.session_token).json()["data"]
        assert (config["organization_config"], config["scim_config"]) == (
            {"mfa_controls_enabled": True},
            {"scim_enabled": True},
        )
        return set(config["sso_config"].values())

    admin = given.admin(given.organization())
    assert shown() == {True}
    mock.configure(b2b_sdk_config=sdk_config(sso={"enabled": False}))
    assert shown() == {False}
    assert sdk("GET", "/b2b/admin_portal_config").json()["error_type"] == "user_unauthenticated"
