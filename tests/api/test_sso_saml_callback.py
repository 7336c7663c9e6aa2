"""The way back from a SAML identity provider: what the flow adds to what ``saml.read`` verifies."""

import base64

import msgspec
import pytest

from mockstytch.domain.sso import sso_accounts
from mockstytch.protocols.saml import identity_provider
from mockstytch.runtime import Mock
from mockstytch.store.records.sso import SsoAccount
from tests.api.sso_visits import SsoVisit, error_type, form, landed, saml_keys, xml


@pytest.fixture
def acme(given):
    return given.organization(organization_slug="acme").organization_id


@pytest.fixture
def idp(mock, acme):
    return mock.identity_provider(acme, "saml")


@pytest.fixture
def visit(mock):
    browser = SsoVisit(mock)
    yield browser
    browser.http.close()


@pytest.fixture
def answer(visit, idp, mock):
    """The form that the provider answered a request with."""
    mock.next_identity("saml", "ada@acme.test")
    return form(visit.at_the_idp(idp.connection_id))


def test_a_response_works_once(visit, answer, client):
    target, fields = answer
    cookies = dict(visit.http.cookies)
    assert client.sso.authenticate(landed(visit.http.post(target, data=fields))["token"]).member_authenticated
    visit.http.cookies.update(cookies)
    assert error_type(visit.http.post(target, data=fields)) == "duplicate_saml_response"


def test_a_response_that_nobody_asked_for_works_once(visit, idp, mock):
    mock.next_identity("saml", "ada@acme.test")
    page = visit.http.get(idp.sso_url)
    landed(visit.back(page))
    assert error_type(visit.back(page)) == "duplicate_saml_response"


def test_an_assertion_is_not_forgotten_too_early(visit, idp, mock):
    """For as long as it would be valid it is known; then it is over."""
    mock.next_identity("saml", "ada@acme.test")
    page = visit.http.get(idp.sso_url)
    landed(visit.back(page))
    mock.clock.advance(minutes=5, seconds=50)
    mock.next_identity("saml", "bob@acme.test")
    landed(visit.back(visit.http.get(idp.sso_url)))
    assert error_type(visit.back(page)) == "duplicate_saml_response"
    mock.clock.advance(minutes=1)
    assert error_type(visit.back(page)) == "expired_saml_response"


@pytest.mark.parametrize(
    ("spoilt", "expected"),
    [
        ({"RelayState": ""}, "missing_saml_relay_state"),
        ({"RelayState": "x" * 44}, "unsolicited_saml_response"),
        ({"SAMLResponse": ""}, "missing_saml_response"),
        ({"SAMLResponse": "%%%"}, "invalid_xml_saml_response"),
        ({"SAMLResponse": base64.b64encode(b"<a/>").decode()}, "invalid_saml_response"),
    ],
)
def test_a_response_that_was_tampered_with(visit, answer, spoilt, expected):
    target, fields = answer
    assert error_type(visit.http.post(target, data=fields | spoilt)) == expected
    landed(visit.http.post(target, data=fields))


def test_a_response_that_was_changed(visit, answer):
    target, fields = answer
    forged = base64.b64decode(fields["SAMLResponse"]).replace(b"ada@acme.test", b"eve@acme.test")
    said = visit.http.post(target, data=fields | {"SAMLResponse": base64.b64encode(forged).decode()})
    assert error_type(said) == "invalid_signature_saml_response"


def test_a_response_in_another_browser(visit, answer, mock, idp):
    target, fields = answer
    visit.http.cookies.clear()
    assert error_type(visit.http.post(target, data=fields)) == "missing_saml_csrf_cookie"
    visit.start(connection_id=idp.connection_id)
    assert error_type(visit.http.post(target, data=fields)) == "saml_csrf_cookie_mismatch"


def test_a_response_to_another_connection(visit, answer, mock, acme, idp):
    other = mock.identity_provider(acme, "saml").connection_id
    target, fields = answer
    elsewhere = target.replace(idp.connection_id, other)
    assert error_type(visit.http.post(elsewhere, data=fields)) == "unsolicited_saml_response"
    visit.start(connection_id=other)
    own = {"RelayState": visit.http.cookies["mockstytch_sso_state"].partition(".")[0]}  # the latest
    assert error_type(visit.http.post(elsewhere, data=fields | own)) == "invalid_saml_response"


def test_an_unasked_response_of_another_connection(visit, mock, acme, idp):
    """Both sign with the built-in key: what tells them apart is whom they name."""
    other = mock.identity_provider(acme, "saml").connection_id
    mock.next_identity("saml", "ada@acme.test")
    target, fields = form(visit.http.get(idp.sso_url))
    said = visit.http.post(target.replace(idp.connection_id, other), data=fields)
    assert error_type(said) == "invalid_saml_response"


def test_a_request_that_is_older_than_an_hour(visit, idp, mock):
    going = visit.start(connection_id=idp.connection_id)
    mock.clock.advance(minutes=61)
    mock.next_identity("saml", "ada@acme.test")
    assert error_type(visit.back(visit.arrive(going))) == "expired_saml_response"


def test_a_response_that_is_late(visit, answer, mock):
    target, fields = answer
    mock.clock.advance(minutes=10)
    assert error_type(visit.http.post(target, data=fields)) == "expired_saml_response"


def test_an_unasked_response_to_a_flow_is_another_one(visit, idp, mock):
    """The relay state of a login that began here doesn't make it an answer, nor does it end the flow."""
    going = visit.start(connection_id=idp.connection_id)
    mock.next_identity("saml", "ada@acme.test")
    target, fields = form(visit.http.get(idp.sso_url))
    state = {"RelayState": visit.http.cookies["mockstytch_sso_state"]}
    landed(visit.http.post(target, data=fields | state))
    mock.next_identity("saml", "ada@acme.test")
    assert "SAMLResponse" in visit.arrive(going).text


@pytest.mark.parametrize("email", [[], ["nope"], [""], ["a@b"]])
def test_a_response_without_an_address(visit, idp, mock, client, acme, email):
    mapping = {"email": "mail", "full_name": "name"}
    client.sso.saml.update_connection(acme, idp.connection_id, attribute_mapping=mapping)
    mock.next_identity("saml", "ada@acme.test", attributes={"mail": email})
    assert error_type(visit.login(idp.connection_id)) == "invalid_saml_response_email"


def test_an_address_in_the_name_id(visit, idp, mock, client, acme):
    mapping = {"email": "NameID", "first_name": "firstName", "last_name": "lastName"}
    client.sso.saml.update_connection(acme, idp.connection_id, attribute_mapping=mapping)
    login = client.sso.authenticate(visit.token(idp.connection_id, "ada@acme.test", name="Ada King"))
    assert (login.member.email_address, login.member.name) == ("ada@acme.test", "Ada King")


def test_a_name_id_that_changes_each_time_names_nobody(visit, idp, client, acme):
    transient = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
    client.sso.saml.update_connection(acme, idp.connection_id, nameid_format=transient)
    for subject in ("t-1", "t-2"):
        login = client.sso.authenticate(visit.token(idp.connection_id, "ada@acme.test", subject=subject))
        assert [r.external_id for r in login.member.sso_registrations] == ["ada@acme.test"]


def test_a_pending_connection_takes_nothing(visit, answer, client, acme, mock):
    """An answer that nobody asked for, to a connection whose provider isn't known yet."""
    made = client.sso.saml.create_connection(acme).connection
    private_key, certificate = saml_keys()
    content = identity_provider.ResponseContent(
        issuer="",
        acs_url=made.acs_url,
        audience=made.audience_uri,
        in_response_to="",
        name_id="ada@acme.test",
        nameid_format=made.nameid_format,
        attributes={"email": ["ada@acme.test"]},
        now=mock.clock.now(),
        response_id="_1",
        assertion_id="_2",
    )
    protection = identity_provider.ResponseProtection(private_key=private_key, certificate=certificate)
    response = identity_provider.build_response(content, protection)
    said = visit.http.post(made.acs_url, data={"SAMLResponse": response})
    assert error_type(said) == "requires_active_sso_connection"


def test_an_encrypted_response_by_way_of_an_old_url(visit, client, acme, mock):
    """A provider of somebody else's: it signs with its own key, encrypts, and knows the old URLs still."""
    private_key, certificate = saml_keys()
    own_key, own_certificate = saml_keys()
    made = client.sso.saml.create_connection(acme).connection
    client.sso.saml.update_connection(
        acme,
        made.connection_id,
        idp_entity_id="https://idp.test",
        idp_sso_url="https://idp.test/sso?tenant=1",
        x509_certificate=certificate,
        attribute_mapping={"email": "email", "full_name": "name"},
        alternative_acs_url="https://old.test/acs",
        alternative_audience_uri="urn:old",
        saml_encryption_private_key=own_key,
        signing_private_key=own_key,
    )
    going = visit.start(connection_id=made.connection_id).headers["location"]
    assert going.startswith("https://idp.test/sso?tenant=1&SAMLRequest=")
    import httpx

    asked = httpx.URL(going).params
    request = identity_provider.parse_authn_request(asked["SAMLRequest"], "redirect")
    assert (request.acs_url, request.issuer) == ("https://old.test/acs", made.audience_uri)
    content = identity_provider.ResponseContent(
        issuer="https://idp.test",
        acs_url="https://old.test/acs",
        audience="urn:old",
        in_response_to=request.id,
        name_id="u-1",
        nameid_format=request.nameid_format,
        attributes={"email": ["Ada@Acme.test"], "name": ["Ada"]},
        now=mock.clock.now(),
        response_id="_1",
        assertion_id="_2",
    )
    protection = identity_provider.ResponseProtection(
        private_key=private_key, certificate=certificate, sign="both", encrypt_for=own_certificate
    )
    response = identity_provider.build_response(content, protection)
    said = visit.http.post(made.acs_url, data={"SAMLResponse": response, "RelayState": asked["RelayState"]})
    assert client.sso.authenticate(landed(said)["token"]).member.email_address == "ada@acme.test"


def test_the_form_of_the_provider_carries_markup_as_text(visit, idp, mock):
    mock.next_identity("saml", "ada@acme.test", name='"><script>alert(1)</script>')
    page = visit.at_the_idp(idp.connection_id)
    assert page.text.count("<script>") == 1
    assert "&lt;script&gt;" in xml(page)


def test_a_response_comes_by_post_in_a_form(visit, answer):
    target, fields = answer
    assert error_type(visit.http.get(target, params=fields)) == "missing_saml_response"
    assert error_type(visit.http.post(target, params=fields)) == "missing_saml_response"
    landed(visit.http.post(target, data=fields))  # nothing was used up by that


def test_logins_in_several_tabs(visit, idp, mock):
    """Each can be ended, in any order; a browser that begins very many may lose the first."""
    going = [visit.start(connection_id=idp.connection_id) for _ in range(9)]
    assert len(visit.http.cookies["mockstytch_sso_state"].split(".")) == 8

    def back(number):
        mock.next_identity("saml", "ada@acme.test")
        return visit.back(visit.arrive(going[number]))

    assert error_type(back(0)) == "saml_csrf_cookie_mismatch"
    for number in (3, 8, 1, 2, 4, 5, 6, 7):
        landed(back(number))
    assert "mockstytch_sso_state" not in visit.http.cookies


def test_an_account_that_another_process_has_just_kept(monkeypatch):
    """Looked for in vain, and there when it is written."""
    world = Mock()
    account = SsoAccount(
        account_key="", connection_id="c", external_id="e", email_address="ada@acme.test", groups=["a"]
    )
    with world.transaction() as ctx:
        sso_accounts.save_account(ctx, account)
        find, blind = ctx.store.find, iter([True])
        monkeypatch.setattr(ctx.store, "find", lambda *a, **where: None if next(blind, False) else find(*a, **where))
        sso_accounts.save_account(ctx, msgspec.structs.replace(account, groups=["b"]))
        assert [kept.groups for kept in ctx.store.all(SsoAccount)] == [["b"]]
    world.close()
