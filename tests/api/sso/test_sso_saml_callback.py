"""The callback of a SAML identity provider: the rules of the flow. ``tests/saml`` tests the response itself."""

import base64

import msgspec
import pytest

from mockstytch.domain.sso import sso_accounts
from mockstytch.protocols.saml import identity_provider
from mockstytch.runtime import Mock
from mockstytch.store.records.sso import SsoAccount
from tests.api.sso_visits import app_query_of, error_type, form, saml_document, saml_keys


@pytest.fixture
def provider(mock, acme_id):
    return mock.identity_provider(acme_id, "saml")


@pytest.fixture
def provider_form(visit, provider, mock):
    """Return the target and the fields of the provider's form."""
    mock.next_identity("saml", "ada@acme.test")
    return form(visit.provider_response(provider.connection_id))


def test_second_use_of_a_response_is_refused(visit, provider_form, client):
    target, fields = provider_form
    cookies = dict(visit.http.cookies)
    assert client.sso.authenticate(app_query_of(visit.http.post(target, data=fields))["token"]).member_authenticated
    visit.http.cookies.update(cookies)
    assert error_type(visit.http.post(target, data=fields)) == "duplicate_saml_response"


def test_second_use_of_an_idp_initiated_response_is_refused(visit, provider, mock):
    mock.next_identity("saml", "ada@acme.test")
    page = visit.http.get(provider.sso_url)
    app_query_of(visit.send_callback(page))
    assert error_type(visit.send_callback(page)) == "duplicate_saml_response"


def test_used_assertion_is_remembered_until_it_expires(visit, provider, mock):
    """After that, the response is refused because it is expired."""
    mock.next_identity("saml", "ada@acme.test")
    page = visit.http.get(provider.sso_url)
    app_query_of(visit.send_callback(page))
    mock.clock.advance(minutes=5, seconds=50)
    mock.next_identity("saml", "bob@acme.test")
    app_query_of(visit.send_callback(visit.http.get(provider.sso_url)))
    assert error_type(visit.send_callback(page)) == "duplicate_saml_response"
    mock.clock.advance(minutes=1)
    assert error_type(visit.send_callback(page)) == "expired_saml_response"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"RelayState": ""}, "missing_saml_relay_state"),
        ({"RelayState": "x" * 44}, "unsolicited_saml_response"),
        ({"SAMLResponse": ""}, "missing_saml_response"),
        ({"SAMLResponse": "%%%"}, "invalid_xml_saml_response"),
        ({"SAMLResponse": base64.b64encode(b"<a/>").decode()}, "invalid_saml_response"),
    ],
)
def test_invalid_form_is_refused_and_leaves_the_flow_open(visit, provider_form, changes, expected):
    target, fields = provider_form
    assert error_type(visit.http.post(target, data=fields | changes)) == expected
    app_query_of(visit.http.post(target, data=fields))


def test_forged_response_is_refused(visit, provider_form):
    target, fields = provider_form
    forged = base64.b64decode(fields["SAMLResponse"]).replace(b"ada@acme.test", b"eve@acme.test")
    response = visit.http.post(target, data=fields | {"SAMLResponse": base64.b64encode(forged).decode()})
    assert error_type(response) == "invalid_signature_saml_response"


def test_response_in_another_browser_is_refused(visit, provider_form, mock, provider):
    target, fields = provider_form
    visit.http.cookies.clear()
    assert error_type(visit.http.post(target, data=fields)) == "missing_saml_csrf_cookie"
    visit.start(connection_id=provider.connection_id)
    assert error_type(visit.http.post(target, data=fields)) == "saml_csrf_cookie_mismatch"


def test_response_to_another_connection_is_refused(visit, provider_form, mock, acme_id, provider):
    other = mock.identity_provider(acme_id, "saml").connection_id
    target, fields = provider_form
    elsewhere = target.replace(provider.connection_id, other)
    assert error_type(visit.http.post(elsewhere, data=fields)) == "unsolicited_saml_response"
    visit.start(connection_id=other)
    own_state = {"RelayState": visit.http.cookies["mockstytch_sso_state"].partition(".")[0]}  # the latest
    assert error_type(visit.http.post(elsewhere, data=fields | own_state)) == "invalid_saml_response"


def test_idp_initiated_response_to_another_connection_is_refused(visit, mock, acme_id, provider):
    """Both providers sign with the built-in key. Only the issuer and the audience differ."""
    other = mock.identity_provider(acme_id, "saml").connection_id
    mock.next_identity("saml", "ada@acme.test")
    target, fields = form(visit.http.get(provider.sso_url))
    response = visit.http.post(target.replace(provider.connection_id, other), data=fields)
    assert error_type(response) == "invalid_saml_response"


def test_flow_expires_after_an_hour(visit, provider, mock):
    started = visit.start(connection_id=provider.connection_id)
    mock.clock.advance(minutes=61)
    mock.next_identity("saml", "ada@acme.test")
    assert error_type(visit.send_callback(visit.follow_to_callback(started))) == "expired_saml_response"


def test_expired_response_is_refused(visit, provider_form, mock):
    target, fields = provider_form
    mock.clock.advance(minutes=10)
    assert error_type(visit.http.post(target, data=fields)) == "expired_saml_response"


def test_idp_initiated_response_does_not_finish_a_flow(visit, provider, mock):
    """Not even with the relay state of the flow."""
    started = visit.start(connection_id=provider.connection_id)
    mock.next_identity("saml", "ada@acme.test")
    target, fields = form(visit.http.get(provider.sso_url))
    state = {"RelayState": visit.http.cookies["mockstytch_sso_state"]}
    app_query_of(visit.http.post(target, data=fields | state))
    mock.next_identity("saml", "ada@acme.test")
    assert "SAMLResponse" in visit.follow_to_callback(started).text


@pytest.mark.parametrize("email", [[], ["nope"], [""], ["a@b"]])
def test_response_without_an_address_is_refused(visit, provider, mock, client, acme_id, email):
    mapping = {"email": "mail", "full_name": "name"}
    client.sso.saml.update_connection(acme_id, provider.connection_id, attribute_mapping=mapping)
    mock.next_identity("saml", "ada@acme.test", attributes={"mail": email})
    assert error_type(visit.login(provider.connection_id)) == "invalid_saml_response_email"


def test_name_id_can_be_mapped_to_the_address(visit, provider, mock, client, acme_id):
    mapping = {"email": "NameID", "first_name": "firstName", "last_name": "lastName"}
    client.sso.saml.update_connection(acme_id, provider.connection_id, attribute_mapping=mapping)
    login = client.sso.authenticate(visit.token(provider.connection_id, "ada@acme.test", name="Ada King"))
    assert (login.member.email_address, login.member.name) == ("ada@acme.test", "Ada King")


def test_transient_name_id_is_not_the_external_id(visit, provider, client, acme_id):
    transient = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
    client.sso.saml.update_connection(acme_id, provider.connection_id, nameid_format=transient)
    for subject in ("t-1", "t-2"):
        login = client.sso.authenticate(visit.token(provider.connection_id, "ada@acme.test", subject=subject))
        assert [r.external_id for r in login.member.sso_registrations] == ["ada@acme.test"]


def test_pending_connection_refuses_responses(visit, provider_form, client, acme_id, mock):
    """An IdP-initiated response to a connection without an identity provider."""
    pending = client.sso.saml.create_connection(acme_id).connection
    private_key, certificate = saml_keys()
    content = identity_provider.ResponseContent(
        issuer="",
        acs_url=pending.acs_url,
        audience=pending.audience_uri,
        in_response_to="",
        name_id="ada@acme.test",
        nameid_format=pending.nameid_format,
        attributes={"email": ["ada@acme.test"]},
        now=mock.clock.now(),
        response_id="_1",
        assertion_id="_2",
    )
    protection = identity_provider.ResponseProtection(private_key=private_key, certificate=certificate)
    document = identity_provider.build_response(content, protection)
    response = visit.http.post(pending.acs_url, data={"SAMLResponse": document})
    assert error_type(response) == "requires_active_sso_connection"


def test_encrypted_response_to_the_alternative_url_is_accepted(visit, client, acme_id, mock):
    """A third-party provider with its own key, which encrypts and uses the alternative ACS URL and audience."""
    private_key, certificate = saml_keys()
    own_key, own_certificate = saml_keys()
    connection = client.sso.saml.create_connection(acme_id).connection
    client.sso.saml.update_connection(
        acme_id,
        connection.connection_id,
        idp_entity_id="https://idp.test",
        idp_sso_url="https://idp.test/sso?tenant=1",
        x509_certificate=certificate,
        attribute_mapping={"email": "email", "full_name": "name"},
        alternative_acs_url="https://old.test/acs",
        alternative_audience_uri="urn:old",
        saml_encryption_private_key=own_key,
        signing_private_key=own_key,
    )
    started = visit.start(connection_id=connection.connection_id).headers["location"]
    assert started.startswith("https://idp.test/sso?tenant=1&SAMLRequest=")
    import httpx

    query = httpx.URL(started).params
    request = identity_provider.parse_authn_request(query["SAMLRequest"], "redirect")
    assert (request.acs_url, request.issuer) == ("https://old.test/acs", connection.audience_uri)
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
    document = identity_provider.build_response(content, protection)
    response = visit.http.post(connection.acs_url, data={"SAMLResponse": document, "RelayState": query["RelayState"]})
    assert client.sso.authenticate(app_query_of(response)["token"]).member.email_address == "ada@acme.test"


def test_markup_in_the_form_of_the_provider_is_escaped(visit, provider, mock):
    mock.next_identity("saml", "ada@acme.test", name='"><script>alert(1)</script>')
    page = visit.provider_response(provider.connection_id)
    assert page.text.count("<script>") == 1
    assert "&lt;script&gt;" in saml_document(page)


def test_response_outside_of_a_posted_form_is_refused(visit, provider_form):
    target, fields = provider_form
    assert error_type(visit.http.get(target, params=fields)) == "missing_saml_response"
    assert error_type(visit.http.post(target, params=fields)) == "missing_saml_response"
    app_query_of(visit.http.post(target, data=fields))  # the flow is still open


def test_eight_logins_of_one_browser_can_finish_in_any_order(visit, provider, mock):
    """A browser keeps the states of the latest eight flows."""
    started = [visit.start(connection_id=provider.connection_id) for _ in range(9)]
    assert len(visit.http.cookies["mockstytch_sso_state"].split(".")) == 8

    def finish(number):
        mock.next_identity("saml", "ada@acme.test")
        return visit.send_callback(visit.follow_to_callback(started[number]))

    assert error_type(finish(0)) == "saml_csrf_cookie_mismatch"
    for number in (3, 8, 1, 2, 4, 5, 6, 7):
        app_query_of(finish(number))
    assert "mockstytch_sso_state" not in visit.http.cookies


def test_account_stored_by_another_process_is_updated(monkeypatch):
    """The account isn't found, but it is there when it is inserted."""
    mock = Mock()
    account = SsoAccount(
        account_key="", connection_id="c", external_id="e", email_address="ada@acme.test", groups=["a"]
    )
    with mock.transaction() as ctx:
        sso_accounts.save_account(ctx, account)
        find, blind = ctx.store.find, iter([True])
        monkeypatch.setattr(ctx.store, "find", lambda *a, **where: None if next(blind, False) else find(*a, **where))
        sso_accounts.save_account(ctx, msgspec.structs.replace(account, groups=["b"]))
        assert [saved.groups for saved in ctx.store.all(SsoAccount)] == [["b"]]
    mock.close()
