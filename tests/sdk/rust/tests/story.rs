//! The story of `STORY.md`: each test is a step. `restart` runs in a process of its own.

use std::collections::HashSet;
use std::fmt::Debug;
use std::sync::Arc;

use jsonwebtoken::{decode, decode_header, Algorithm, DecodingKey, Validation};
use rust_sdk_suite::{
    client, client_for, client_of_member, documented_client, environment, http_client, latest_message, passed, post,
    rotate_signing_key, token_by_redirects,
};
use serde_json::{json, Value};
use stytch::b2b::client::Client;
use stytch::b2b::organizations::{Member, Organization, SearchQuery, SearchQueryOperator};
use stytch::b2b::{
    discovery_intermediate_sessions, discovery_organizations, magic_links, magic_links_discovery, magic_links_email,
    magic_links_email_discovery, oauth, organizations, organizations_members as members, otp_sms, passwords,
    passwords_email, passwords_existing_password, rbac, recovery_codes, scim_connection, sessions, sso, sso_oidc,
    sso_saml, totps,
};
use stytch::client::Client as HttpClient;
use stytch::consumer::sessions::AuthenticationFactorType;
use stytch::consumer::{m2m, m2m_clients, m2m_clients_secrets};

fn unique(prefix: &str) -> String {
    format!("{prefix}-{}", &uuid::Uuid::new_v4().simple().to_string()[..12])
}

fn filter(name: &str, value: &str) -> Option<SearchQuery> {
    let operands = vec![json!({"filter_name": name, "filter_value": [value]})];
    Some(SearchQuery { operator: SearchQueryOperator::AND, operands })
}

async fn organization(client: &Client, settings: organizations::CreateRequest) -> Organization {
    let request = organizations::CreateRequest {
        organization_name: "Acme".into(),
        organization_slug: Some(unique("acme")),
        ..settings
    };
    client.organizations.create(request).await.unwrap().organization
}

async fn member(client: &Client, acme: &Organization, roles: &[&str]) -> Member {
    let request = members::CreateRequest {
        organization_id: acme.organization_id.clone(),
        email_address: format!("{}@acme.test", unique("ada")),
        roles: Some(roles.iter().map(|role| role.to_string()).collect()),
        ..Default::default()
    };
    client.organizations.members.create(request).await.unwrap().member
}

async fn token(address: &str) -> String {
    latest_message(address).await["token"].as_str().unwrap().to_string()
}

async fn send_link(client: &Client, acme: &Organization, address: &str) -> magic_links_email::LoginOrSignupResponse {
    let request = magic_links_email::LoginOrSignupRequest {
        organization_id: acme.organization_id.clone(),
        email_address: address.into(),
        ..Default::default()
    };
    client.magic_links.email.login_or_signup(request).await.unwrap()
}

fn link(token: &str) -> magic_links::AuthenticateRequest {
    magic_links::AuthenticateRequest { magic_links_token: token.into(), ..Default::default() }
}

async fn log_in(client: &Client, acme: &Organization, ada: &Member) -> magic_links::AuthenticateResponse {
    send_link(client, acme, &ada.email_address).await;
    client.magic_links.authenticate(link(&token(&ada.email_address).await)).await.unwrap()
}

async fn log_in_with_claims(
    client: &Client,
    acme: &Organization,
    ada: &Member,
    claims: Value,
) -> magic_links::AuthenticateResponse {
    send_link(client, acme, &ada.email_address).await;
    let request = link(&token(&ada.email_address).await);
    let request = magic_links::AuthenticateRequest { session_custom_claims: Some(claims), ..request };
    client.magic_links.authenticate(request).await.unwrap()
}

fn session(token: &str) -> sessions::AuthenticateRequest {
    sessions::AuthenticateRequest { session_token: Some(token.into()), ..Default::default() }
}

/// Asserts that a call is refused with the SDK's typed error.
#[track_caller]
fn refused<T: Debug>(result: stytch::Result<T>, status: u16, error_type: &str) {
    match result {
        Err(stytch::Error::Response(refusal)) => {
            assert_eq!((refusal.status_code.as_u16(), refusal.error_type.as_str()), (status, error_type));
            assert_ne!(refusal.request_id, "");
            assert_ne!(refusal.error_url, "");
        }
        other => panic!("expected the refusal {error_type}: {other:?}"),
    }
}

/// Verifies the JWT of a session. The SDK has no helper for it, but it fetches the project's key and keeps it.
async fn verify(http: &HttpClient, jwt: &str) -> Result<Value, jsonwebtoken::errors::Error> {
    let key = http.fetch_jwk(&decode_header(jwt)?.kid.unwrap()).await.unwrap();
    let mut validation = Validation::new(Algorithm::RS256);
    validation.set_audience(&[&http.project_id]);
    validation.set_issuer(&[format!("stytch.com/{}", http.project_id)]);
    Ok(decode(jwt, &DecodingKey::from_rsa_components(&key.n, &key.e)?, &validation)?.claims)
}

/// Returns a JWT with another signature.
fn changed(jwt: &str) -> String {
    let (signed, signature) = jwt.rsplit_once('.').unwrap();
    let first = if signature.starts_with('A') { 'B' } else { 'A' };
    format!("{signed}.{first}{}", &signature[1..])
}

fn totp(secret: &str) -> String {
    let key = totp_rs::Secret::Encoded(secret.into()).to_bytes().unwrap();
    totp_rs::TOTP::new(totp_rs::Algorithm::SHA1, 6, 1, 30, key).unwrap().generate_current().unwrap()
}

#[tokio::test]
async fn organizations() {
    let client = client();
    let (slug, metadata) = (unique("acme"), json!({"plan": "pro"}));
    let request = organizations::CreateRequest {
        organization_name: "Acme".into(),
        organization_slug: Some(slug.clone()),
        organization_external_id: Some(format!("{slug}-1")),
        trusted_metadata: Some(metadata.clone()),
        ..Default::default()
    };
    let organization_id = client.organizations.create(request).await.unwrap().organization.organization_id;
    for key in [organization_id.clone(), slug.clone(), format!("{slug}-1")] {
        let got = client.organizations.get(organizations::GetRequest { organization_id: key }).await.unwrap();
        assert_eq!(got.organization.organization_id, organization_id);
    }
    let request = organizations::UpdateRequest {
        organization_id: organization_id.clone(),
        organization_name: Some("New".into()),
        ..Default::default()
    };
    client.organizations.update(request).await.unwrap();
    let query = filter("organization_slugs", &slug);
    let request = organizations::SearchRequest { query, ..Default::default() };
    let found = client.organizations.search(request).await.unwrap().organizations;
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].organization_name.as_str(), &found[0].trusted_metadata), ("New", &Some(metadata)));
    let request = organizations::DeleteRequest { organization_id: organization_id.clone() };
    client.organizations.delete(request).await.unwrap();
    let got = client.organizations.get(organizations::GetRequest { organization_id }).await;
    refused(got, 404, "organization_not_found");
    passed("organizations");
}

#[tokio::test]
async fn members() {
    let client = client();
    let acme = organization(&client, Default::default()).await;
    let organization_id = acme.organization_id.clone();
    let (email_address, external_id) = (format!("{}@acme.test", unique("ada")), Some(unique("ada")));
    let untrusted_metadata = Some(json!({"a": 1}));
    let request = members::CreateRequest {
        organization_id: organization_id.clone(),
        email_address: email_address.clone(),
        name: Some("Ada".into()),
        external_id: external_id.clone(),
        untrusted_metadata: untrusted_metadata.clone(),
        ..Default::default()
    };
    let ada = client.organizations.members.create(request).await.unwrap().member;
    let member_id = ada.member_id.clone();
    let address = Some(email_address.clone());
    for (id, address) in [(Some(member_id.clone()), None), (external_id.clone(), None), (None, address)] {
        let request =
            members::GetRequest { organization_id: organization_id.clone(), member_id: id, email_address: address };
        let got = client.organizations.members.get(request).await.unwrap().member;
        assert_eq!((&got.member_id, got.name.as_str()), (&member_id, "Ada"));
        assert_eq!((&got.external_id, &got.untrusted_metadata), (&external_id, &untrusted_metadata));
    }
    let request = members::UpdateRequest {
        organization_id: organization_id.clone(),
        member_id: member_id.clone(),
        name: Some("A. L.".into()),
        ..Default::default()
    };
    assert_eq!(client.organizations.members.update(request).await.unwrap().member.name, "A. L.");
    let request = members::SearchRequest {
        organization_ids: vec![organization_id.clone()],
        query: filter("member_emails", &email_address),
        ..Default::default()
    };
    let found = client.organizations.members.search(request).await.unwrap().members;
    assert_eq!(found.iter().map(|found| &found.member_id).collect::<Vec<_>>(), [&member_id]);
    log_in(&client, &acme, &ada).await;
    let request = members::DeleteRequest { organization_id: organization_id.clone(), member_id: member_id.clone() };
    client.organizations.members.delete(request).await.unwrap();
    let request = members::ReactivateRequest { organization_id, member_id };
    let again = client.organizations.members.reactivate(request).await.unwrap().member;
    assert_eq!((again.status.as_str(), again.email_address), ("active", email_address));
    passed("members");
}

#[tokio::test]
async fn discovery() {
    let client = client();
    let acme = organization(&client, Default::default()).await;
    let ada = member(&client, &acme, &[]).await;
    let request =
        magic_links_email_discovery::SendRequest { email_address: ada.email_address.clone(), ..Default::default() };
    client.magic_links.email.discovery.send(request).await.unwrap();
    let request = magic_links_discovery::AuthenticateRequest {
        discovery_magic_links_token: token(&ada.email_address).await,
        ..Default::default()
    };
    let found = client.magic_links.discovery.authenticate(request).await.unwrap();
    assert_eq!(found.discovered_organizations.len(), 1);
    let discovered = &found.discovered_organizations[0];
    assert_eq!(discovered.organization.as_ref().unwrap().organization_id, acme.organization_id);
    assert_eq!(discovered.membership.as_ref().unwrap().type_, "active_member");
    let request = discovery_organizations::CreateRequest {
        intermediate_session_token: found.intermediate_session_token,
        organization_name: Some("Navy".into()),
        organization_slug: Some(unique("navy")),
        ..Default::default()
    };
    let made = client.discovery.organizations.create(request).await.unwrap();
    assert!(made.member.roles.iter().any(|role| role.role_id == "stytch_admin"));
    assert_ne!(made.organization.organization_id, acme.organization_id);
    assert_eq!(made.member_session.unwrap().organization_id, made.organization.organization_id);
    let request = sessions::ExchangeRequest {
        organization_id: acme.organization_id.clone(),
        session_token: Some(made.session_token),
        ..Default::default()
    };
    let over = client.sessions.exchange(request).await.unwrap();
    assert_eq!(over.member_session.unwrap().organization_id, acme.organization_id);
    passed("discovery");
}

#[tokio::test]
async fn organization_login() {
    let client = client();
    let domain = format!("{}.test", unique("acme"));
    let settings = organizations::CreateRequest {
        email_jit_provisioning: Some("RESTRICTED".into()),
        email_allowed_domains: Some(vec![domain.clone()]),
        email_invites: Some("ALL_ALLOWED".into()),
        ..Default::default()
    };
    let acme = organization(&client, settings).await;
    let (address, invited) = (format!("ada@{domain}"), format!("{}@other.test", unique("bob")));
    assert!(send_link(&client, &acme, &address).await.member_created);
    let login = client.magic_links.authenticate(link(&token(&address).await)).await.unwrap();
    assert_eq!((login.member_authenticated, login.member.status.as_str()), (true, "active"));
    let request = magic_links_email::InviteRequest {
        organization_id: acme.organization_id.clone(),
        email_address: invited.clone(),
        ..Default::default()
    };
    assert_eq!(client.magic_links.email.invite(request).await.unwrap().member.status, "invited");
    let login = client.magic_links.authenticate(link(&token(&invited).await)).await.unwrap();
    assert_eq!(login.member.status, "active");
    let again = send_link(&client, &acme, &address).await;
    assert_eq!((again.member_created, again.member.status.as_str()), (false, "active"));
    passed("organization_login");
}

#[tokio::test]
async fn sessions() {
    let client = client();
    let acme = organization(&client, Default::default()).await;
    let other = organization(&client, Default::default()).await;
    let ada = member(&client, &acme, &[]).await;
    let request = members::CreateRequest {
        organization_id: other.organization_id.clone(),
        email_address: ada.email_address.clone(),
        ..Default::default()
    };
    client.organizations.members.create(request).await.unwrap();
    let login = log_in_with_claims(&client, &acme, &ada, json!({"plan": "pro"})).await;
    let id = login.member_session.unwrap().member_session_id;
    let by_token = client.sessions.authenticate(session(&login.session_token)).await.unwrap().member_session;
    assert_eq!((&by_token.member_session_id, by_token.custom_claims), (&id, Some(json!({"plan": "pro"}))));
    let request = sessions::AuthenticateRequest {
        session_jwt: Some(login.session_jwt),
        session_custom_claims: Some(json!({"plan": "team"})),
        ..Default::default()
    };
    let by_jwt = client.sessions.authenticate(request).await.unwrap().member_session;
    assert_eq!((&by_jwt.member_session_id, by_jwt.custom_claims), (&id, Some(json!({"plan": "team"}))));
    let request =
        sessions::GetRequest { organization_id: acme.organization_id.clone(), member_id: ada.member_id.clone() };
    let listed = client.sessions.get(request).await.unwrap().member_sessions;
    assert_eq!(listed.iter().map(|listed| &listed.member_session_id).collect::<Vec<_>>(), [&id]);
    let request = sessions::ExchangeRequest {
        organization_id: other.organization_id.clone(),
        session_token: Some(login.session_token.clone()),
        ..Default::default()
    };
    let over = client.sessions.exchange(request).await.unwrap();
    assert_eq!(over.member_session.unwrap().organization_id, other.organization_id);
    let request = sessions::RevokeRequest { session_token: Some(login.session_token.clone()), ..Default::default() };
    client.sessions.revoke(request).await.unwrap();
    refused(client.sessions.authenticate(session(&login.session_token)).await, 404, "session_not_found");
    let jwt = log_in(&client, &acme, &ada).await.session_jwt;
    std::fs::write(environment("STORY_JWT"), jwt).unwrap();
    passed("sessions");
}

/// The SDK verifies M2M tokens itself, so that the same is asserted of them, too.
#[tokio::test]
async fn local_jwt() {
    let client = client();
    let acme = organization(&client, Default::default()).await;
    let ada = member(&client, &acme, &[]).await;
    let request = m2m_clients::CreateRequest { scopes: vec!["read:users".into()], ..Default::default() };
    let machine = client.m2m.clients.create(request).await.unwrap().m2m_client;
    let machine_token = || async {
        client.m2m.token(token_request(&machine.client_id, &machine.client_secret)).await.unwrap().access_token
    };
    let first = log_in_with_claims(&client, &acme, &ada, json!({"plan": "pro"})).await.session_jwt;
    let first_token = machine_token().await;
    let claims = verify(&http_client(), &first).await.unwrap();
    assert_eq!(claims["sub"], ada.member_id);
    assert_eq!(claims["https://stytch.com/organization"]["organization_id"], acme.organization_id);
    assert_eq!(claims["plan"], "pro");
    let authenticated = client.m2m.authenticate_token(access_token(&first_token)).await.unwrap();
    assert_eq!(authenticated.client_id, machine.client_id);

    rotate_signing_key().await;
    let second = log_in(&client, &acme, &ada).await.session_jwt;
    let second_token = machine_token().await;
    assert_ne!(decode_header(&first).unwrap().kid, decode_header(&second).unwrap().kid);
    let (new_http, new_client) = (http_client(), rust_sdk_suite::client());
    for jwt in [&first, &second] {
        assert_eq!(verify(&new_http, jwt).await.unwrap()["sub"], ada.member_id);
    }
    for token in [&first_token, &second_token] {
        let authenticated = new_client.m2m.authenticate_token(access_token(token)).await.unwrap();
        assert_eq!(authenticated.client_id, machine.client_id);
    }
    let refusal = verify(&new_http, &changed(&second)).await.unwrap_err();
    assert_eq!(refusal.kind(), &jsonwebtoken::errors::ErrorKind::InvalidSignature);
    let refusal = new_client.m2m.authenticate_token(access_token(&changed(&second_token))).await.unwrap_err();
    assert!(matches!(refusal, stytch::Error::JWTError(_)), "{refusal:?}");
    passed("local_jwt");
}

#[tokio::test]
async fn mfa() {
    let client = client();
    let settings = organizations::CreateRequest { mfa_policy: Some("REQUIRED_FOR_ALL".into()), ..Default::default() };
    let acme = organization(&client, settings).await;
    let organization_id = acme.organization_id.clone();
    let (ada, bob) = (member(&client, &acme, &[]).await, member(&client, &acme, &[]).await);
    let login = log_in(&client, &acme, &ada).await;
    assert_eq!((login.member_authenticated, login.session_token.as_str()), (false, ""));
    let intermediate_session_token = Some(login.intermediate_session_token);
    let request = otp_sms::SendRequest {
        organization_id: organization_id.clone(),
        member_id: ada.member_id.clone(),
        mfa_phone_number: Some("+14155550123".into()),
        intermediate_session_token: intermediate_session_token.clone(),
        ..Default::default()
    };
    client.otps.sms.send(request).await.unwrap();
    let request = otp_sms::AuthenticateRequest {
        organization_id: organization_id.clone(),
        member_id: ada.member_id.clone(),
        code: latest_message("+14155550123").await["code"].as_str().unwrap().into(),
        intermediate_session_token,
        ..Default::default()
    };
    let texted = client.otps.sms.authenticate(request).await.unwrap();
    assert_ne!(texted.session_token, "");
    assert_eq!(texted.member_session.unwrap().authentication_factors.len(), 2);

    let member_id = bob.member_id.clone();
    let intermediate_session_token = Some(log_in(&client, &acme, &bob).await.intermediate_session_token);
    let request = totps::CreateRequest {
        organization_id: organization_id.clone(),
        member_id: member_id.clone(),
        intermediate_session_token: intermediate_session_token.clone(),
        ..Default::default()
    };
    let created = client.totps.create(request).await.unwrap();
    let request = totps::AuthenticateRequest {
        organization_id: organization_id.clone(),
        member_id: member_id.clone(),
        code: totp(&created.secret),
        intermediate_session_token,
        ..Default::default()
    };
    let factors = client.totps.authenticate(request).await.unwrap().member_session.unwrap().authentication_factors;
    assert!(factors.iter().any(|factor| matches!(factor.type_, AuthenticationFactorType::TOTP)));
    let request = recovery_codes::RecoverRequest {
        organization_id,
        member_id,
        recovery_code: created.recovery_codes[0].clone(),
        intermediate_session_token: Some(log_in(&client, &acme, &bob).await.intermediate_session_token),
        ..Default::default()
    };
    assert_ne!(client.recovery_codes.recover(request).await.unwrap().session_token, "");
    passed("mfa");
}

#[tokio::test]
async fn passwords() {
    let client = client();
    let request = passwords::StrengthCheckRequest { password: "password".into(), ..Default::default() };
    assert!(!client.passwords.strength_check(request).await.unwrap().valid_password);
    let acme = organization(&client, Default::default()).await;
    let ada = member(&client, &acme, &[]).await;
    let (organization_id, email_address) = (acme.organization_id.clone(), ada.email_address.clone());
    let (first, second) = (unique("correct horse"), unique("battery staple"));
    let request = passwords_email::ResetStartRequest {
        organization_id: organization_id.clone(),
        email_address: email_address.clone(),
        ..Default::default()
    };
    client.passwords.email.reset_start(request).await.unwrap();
    let request = passwords_email::ResetRequest {
        password_reset_token: token(&email_address).await,
        password: first.clone(),
        ..Default::default()
    };
    client.passwords.email.reset(request).await.unwrap();
    let sign_in = |password: &str| {
        client.passwords.authenticate(passwords::AuthenticateRequest {
            organization_id: organization_id.clone(),
            email_address: email_address.clone(),
            password: password.into(),
            ..Default::default()
        })
    };
    assert_ne!(sign_in(&first).await.unwrap().session_token, "");
    refused(sign_in("wrong horse 1").await, 401, "unauthorized_credentials");
    let request = passwords_existing_password::ResetRequest {
        organization_id: organization_id.clone(),
        email_address: email_address.clone(),
        existing_password: first.clone(),
        new_password: second.clone(),
        ..Default::default()
    };
    client.passwords.existing_password.reset(request).await.unwrap();
    assert_ne!(sign_in(&second).await.unwrap().session_token, "");
    refused(sign_in(&first).await, 401, "unauthorized_credentials");
    passed("passwords");
}

#[tokio::test]
async fn sso() {
    let client = client();
    let organization_id = organization(&client, Default::default()).await.organization_id;
    let request = sso_saml::CreateConnectionRequest {
        organization_id: organization_id.clone(),
        display_name: Some("SAML".into()),
        ..Default::default()
    };
    let saml = client.sso.saml.create_connection(request).await.unwrap().connection.unwrap().connection_id;
    let request = sso_oidc::CreateConnectionRequest {
        organization_id: organization_id.clone(),
        display_name: Some("OIDC".into()),
        ..Default::default()
    };
    let oidc = client.sso.oidc.create_connection(request).await.unwrap().connection.unwrap().connection_id;
    let request = sso_saml::UpdateConnectionRequest {
        organization_id: organization_id.clone(),
        connection_id: saml.clone(),
        display_name: Some("Okta".into()),
        ..Default::default()
    };
    client.sso.saml.update_connection(request).await.unwrap();
    let request = sso_oidc::UpdateConnectionRequest {
        organization_id: organization_id.clone(),
        connection_id: oidc.clone(),
        display_name: Some("Entra".into()),
        ..Default::default()
    };
    client.sso.oidc.update_connection(request).await.unwrap();
    let list = || async {
        let request = sso::GetConnectionsRequest { organization_id: organization_id.clone() };
        let listed = client.sso.get_connections(request).await.unwrap();
        let saml = listed.saml_connections.into_iter().map(|connection| connection.display_name);
        let oidc = listed.oidc_connections.into_iter().map(|connection| connection.display_name);
        (saml.collect::<Vec<_>>(), oidc.collect::<Vec<_>>())
    };
    assert_eq!(list().await, (vec!["Okta".to_string()], vec!["Entra".to_string()]));
    for connection_id in [saml, oidc] {
        let request = sso::DeleteConnectionRequest { organization_id: organization_id.clone(), connection_id };
        client.sso.delete_connection(request).await.unwrap();
    }
    assert_eq!(list().await, (vec![], vec![]));

    let globex = organization(&client, Default::default()).await.organization_id;
    let address = format!("{}@acme.test", unique("ada"));
    let idp = post("/identity-providers", json!({"organization_id": globex, "type": "oidc"})).await;
    let person = json!({"provider": "oidc", "email": address, "connection_id": idp["connection_id"]});
    post("/next-identity", person).await;
    let sso_token = token_by_redirects(idp["start_url"].as_str().unwrap()).await;
    let request = sso::AuthenticateRequest { sso_token, ..Default::default() };
    let login = client.sso.authenticate(request).await.unwrap();
    assert_eq!((login.member.email_address, login.member_authenticated), (address, true));
    let factors = json!(login.member_session.unwrap().authentication_factors);
    assert_eq!(factors[0]["type"], "sso");
    passed("sso");
}

#[tokio::test]
async fn scim() {
    let client = client();
    let organization_id = organization(&client, Default::default()).await.organization_id;
    let request = scim_connection::CreateRequest {
        organization_id: organization_id.clone(),
        display_name: Some("Okta".into()),
        identity_provider: Some(scim_connection::CreateRequestIdentityProvider::Okta),
    };
    let made = client.scim.connection.create(request).await.unwrap().connection.unwrap();
    assert_eq!(made.identity_provider, "okta");
    assert_ne!(made.bearer_token, "");
    let connection_id = made.connection_id;
    let request = scim_connection::RotateStartRequest {
        organization_id: organization_id.clone(),
        connection_id: connection_id.clone(),
    };
    let started = client.scim.connection.rotate_start(request).await.unwrap().connection.unwrap();
    assert_ne!(started.next_bearer_token, "");
    let request = scim_connection::RotateCompleteRequest {
        organization_id: organization_id.clone(),
        connection_id: connection_id.clone(),
    };
    client.scim.connection.rotate_complete(request).await.unwrap();
    let request = scim_connection::GetRequest { organization_id: organization_id.clone() };
    let got = client.scim.connection.get(request).await.unwrap().connection.unwrap();
    assert_eq!(got.connection_id, connection_id);
    let request = scim_connection::DeleteRequest { organization_id, connection_id: connection_id.clone() };
    assert_eq!(client.scim.connection.delete(request).await.unwrap().connection_id, connection_id);
    passed("scim");
}

fn token_request(client_id: &str, client_secret: &str) -> m2m::TokenRequest {
    m2m::TokenRequest {
        client_id: client_id.into(),
        client_secret: client_secret.into(),
        scopes: Some(vec!["read:users".into()]),
        grant_type: "client_credentials".into(),
    }
}

fn access_token(token: &str) -> m2m::AuthenticateTokenRequest {
    m2m::AuthenticateTokenRequest {
        access_token: token.into(),
        required_scopes: Some(vec!["read:users".into()]),
        ..Default::default()
    }
}

#[tokio::test]
async fn m2m() {
    let client = client();
    let request =
        m2m_clients::CreateRequest { scopes: vec!["read:users".into(), "write:users".into()], ..Default::default() };
    let made = client.m2m.clients.create(request).await.unwrap().m2m_client;
    let client_id = made.client_id;
    let token = client.m2m.token(token_request(&client_id, &made.client_secret)).await.unwrap();
    let claims = client.m2m.authenticate_token(access_token(&token.access_token)).await.unwrap();
    assert_eq!((&claims.client_id, claims.scopes), (&client_id, vec!["read:users".to_string()]));
    let request = m2m_clients_secrets::RotateStartRequest { client_id: client_id.clone() };
    let started = client.m2m.clients.secrets.rotate_start(request).await.unwrap().m2m_client;
    let request = m2m_clients_secrets::RotateRequest { client_id: client_id.clone() };
    client.m2m.clients.secrets.rotate(request).await.unwrap();
    client.m2m.token(token_request(&client_id, &started.next_client_secret)).await.unwrap();
    match client.m2m.token(token_request(&client_id, &made.client_secret)).await {
        Err(stytch::Error::Response(refusal)) => assert_eq!(refusal.error_type, "invalid_client"),
        other => panic!("expected the refusal invalid_client: {other:?}"),
    }
    let status = Some(m2m_clients::UpdateRequestStatus::Inactive);
    let request = m2m_clients::UpdateRequest { client_id, status, ..Default::default() };
    assert_eq!(client.m2m.clients.update(request).await.unwrap().m2m_client.status, "inactive");
    passed("m2m");
}

/// The SDK has no local check of an authorization.
#[tokio::test]
async fn rbac() {
    let client = client();
    let acme = organization(&client, Default::default()).await;
    let checked = |token: &str| {
        client.sessions.authenticate(sessions::AuthenticateRequest {
            authorization_check: Some(sessions::AuthorizationCheck {
                organization_id: acme.organization_id.clone(),
                resource_id: "stytch.organization".into(),
                action: "update.info.name".into(),
            }),
            ..session(token)
        })
    };
    let admin = log_in(&client, &acme, &member(&client, &acme, &["stytch_admin"]).await).await;
    assert!(checked(&admin.session_token).await.unwrap().verdict.unwrap().authorized);
    let other = log_in(&client, &acme, &member(&client, &acme, &[]).await).await;
    refused(checked(&other.session_token).await, 403, "session_authorization_error");
    let policy = client.rbac.policy(rbac::PolicyRequest {}).await.unwrap().policy.unwrap();
    for id in ["stytch_member", "stytch_admin"] {
        assert!(policy.roles.iter().any(|role| role.role_id == id), "the policy has no {id}");
    }
    passed("rbac");
}

#[tokio::test]
async fn acting_as_a_member() {
    let client = client();
    let acme = organization(&client, Default::default()).await;
    let ada = member(&client, &acme, &[]).await;
    let of_member = client_of_member(&log_in(&client, &acme, &ada).await.session_token);
    let request = members::UpdateRequest {
        organization_id: acme.organization_id.clone(),
        member_id: ada.member_id,
        name: Some("A. L.".into()),
        ..Default::default()
    };
    assert_eq!(of_member.organizations.members.update(request).await.unwrap().member.name, "A. L.");
    let request = organizations::DeleteRequest { organization_id: acme.organization_id };
    refused(of_member.organizations.delete(request).await, 403, "session_authorization_error");
    passed("acting_as_a_member");
}

#[tokio::test]
async fn refusals() {
    let client = client();
    let acme = organization(&client, Default::default()).await;
    let ada = member(&client, &acme, &[]).await;
    let organization_id = acme.organization_id.clone();
    let unknown = "11111111-1111-4111-8111-111111111111";
    send_link(&client, &acme, &ada.email_address).await;
    let used = token(&ada.email_address).await;
    client.magic_links.authenticate(link(&used)).await.unwrap();
    let request = passwords::MigrateRequest {
        organization_id: organization_id.clone(),
        email_address: ada.email_address.clone(),
        hash: "2ab96390c7dbe3439de74d0c9b0b1767".into(), // of hunter2
        hash_type: passwords::MigrateRequestHashType::Md5,
        ..Default::default()
    };
    client.passwords.migrate(request).await.unwrap();

    let request = organizations::GetRequest { organization_id: format!("organization-test-{unknown}") };
    refused(client.organizations.get(request).await, 404, "organization_not_found");
    for (slug, error_type) in
        [(acme.organization_slug.as_str(), "organization_slug_already_used"), ("a b", "invalid_organization_slug")]
    {
        let request = organizations::CreateRequest {
            organization_name: "Acme".into(),
            organization_slug: Some(slug.into()),
            ..Default::default()
        };
        refused(client.organizations.create(request).await, 400, error_type);
    }
    let request = organizations::UpdateRequest {
        organization_id: organization_id.clone(),
        mfa_policy: Some("SOMETIMES".into()),
        ..Default::default()
    };
    refused(client.organizations.update(request).await, 400, "invalid_organization_mfa_policy");
    let request = organizations::SearchRequest { cursor: Some("x".into()), ..Default::default() };
    refused(client.organizations.search(request).await, 400, "user_search_invalid_cursor");
    let request = organizations::SearchRequest { limit: Some(5000), ..Default::default() };
    refused(client.organizations.search(request).await, 400, "user_search_invalid_limit");
    for (address, error_type) in [("ada", "invalid_email"), (&ada.email_address, "duplicate_member_email")] {
        let request = members::CreateRequest {
            organization_id: organization_id.clone(),
            email_address: address.into(),
            ..Default::default()
        };
        refused(client.organizations.members.create(request).await, 400, error_type);
    }
    let request = members::GetRequest {
        organization_id: organization_id.clone(),
        member_id: Some(format!("member-test-{unknown}")),
        ..Default::default()
    };
    refused(client.organizations.members.get(request).await, 404, "member_not_found");
    refused(client.magic_links.authenticate(link("x")).await, 400, "invalid_token");
    refused(client.magic_links.authenticate(link(&used)).await, 401, "unable_to_auth_magic_link");
    let request =
        magic_links_discovery::AuthenticateRequest { discovery_magic_links_token: "x".into(), ..Default::default() };
    refused(client.magic_links.discovery.authenticate(request).await, 400, "invalid_token");
    refused(client.sessions.authenticate(session("x")).await, 400, "invalid_session_token");
    refused(client.sessions.authenticate(Default::default()).await, 400, "no_session_arguments");
    let request = discovery_intermediate_sessions::ExchangeRequest {
        intermediate_session_token: "x".into(),
        organization_id: organization_id.clone(),
        ..Default::default()
    };
    let refusal = client.discovery.intermediate_sessions.exchange(request).await;
    refused(refusal, 404, "intermediate_session_not_found");
    let request = otp_sms::AuthenticateRequest {
        organization_id: organization_id.clone(),
        member_id: ada.member_id,
        code: "000000".into(),
        ..Default::default()
    };
    refused(client.otps.sms.authenticate(request).await, 400, "no_session_arguments");
    let request = passwords::AuthenticateRequest {
        organization_id,
        email_address: ada.email_address,
        password: "wrong".into(),
        ..Default::default()
    };
    refused(client.passwords.authenticate(request).await, 401, "unauthorized_credentials");
    let request = oauth::AuthenticateRequest { oauth_token: "x".into(), ..Default::default() };
    refused(client.oauth.authenticate(request).await, 400, "invalid_token");
    let request = sso::AuthenticateRequest { sso_token: "x".into(), ..Default::default() };
    refused(client.sso.authenticate(request).await, 400, "invalid_token");
    let stranger = client_for(&environment("STYTCH_PROJECT_ID"), "wrong");
    refused(stranger.organizations.search(Default::default()).await, 401, "unauthorized_credentials");
    passed("refusals");
}

#[tokio::test]
async fn twenty_logins() {
    let client = Arc::new(client());
    let acme = organization(&client, Default::default()).await;
    let mut tokens = Vec::new();
    for _ in 0..20 {
        let address = member(&client, &acme, &[]).await.email_address;
        send_link(&client, &acme, &address).await;
        tokens.push(token(&address).await);
    }
    let mut logins = tokio::task::JoinSet::new();
    for token in tokens {
        let client = client.clone();
        logins.spawn(async move { client.magic_links.authenticate(link(&token)).await });
    }
    let mut ids = HashSet::new();
    while let Some(login) = logins.join_next().await {
        let login = login.unwrap().unwrap();
        assert_ne!(login.session_token, "");
        ids.insert(login.member_session.unwrap().member_session_id);
    }
    assert_eq!(ids.len(), 20);
    passed("twenty_logins");
}

#[tokio::test]
async fn restart() {
    let jwt = std::fs::read_to_string(environment("STORY_JWT")).unwrap();
    let local = verify(&http_client(), &jwt).await.unwrap();
    let request = sessions::AuthenticateRequest { session_jwt: Some(jwt), ..Default::default() };
    let remote = documented_client().unwrap().sessions.authenticate(request).await.unwrap().member_session;
    assert_eq!(local["https://stytch.com/session"]["id"], remote.member_session_id);
    passed("restart");
}
