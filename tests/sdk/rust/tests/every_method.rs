//! Calls every method of the SDK that a prepared call names. The response must decode into the SDK's model.

use serde_json::Value;
use rust_sdk_suite::{client_for, environment};

/// Sends a call, and returns what went wrong. A call of a method that isn't listed is reported, too.
macro_rules! send {
    ($client:expr, $operation:expr, $fields:expr; $($($part:ident).+;)+) => {
        match $operation {
            $(name if name == stringify!($($part).+).replace(char::is_whitespace, "").replace("r#", "") => {
                match serde_json::from_value($fields) {
                    Ok(request) => $client.$($part).+(request).await.err().map(|e| e.to_string()),
                    Err(e) => Some(format!("the request doesn't take these fields: {e}")),
                }
            })+
            _ => Some("the method isn't listed in every_method.rs".into()),
        }
    };
}

#[tokio::test]
async fn every_method() {
    let text = std::fs::read_to_string(environment("STYTCH_CALLS")).unwrap();
    let mut failed = Vec::new();
    for call in serde_json::from_str::<Vec<Value>>(&text).unwrap() {
        let (operation, fields) = (call["operation"].as_str().unwrap(), call["fields"].clone());
        let client = client_for(call["project_id"].as_str().unwrap(), call["secret"].as_str().unwrap());
        match send_one(&client, operation, fields).await {
            None => println!("called {operation}"),
            Some(problem) => failed.push(format!("{operation}: {problem}")),
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

async fn send_one(client: &stytch::b2b::client::Client, operation: &str, fields: Value) -> Option<String> {
    send! { client, operation, fields;
    connected_app.clients.create;
    connected_app.clients.delete;
    connected_app.clients.get;
    connected_app.clients.search;
    connected_app.clients.secrets.rotate;
    connected_app.clients.secrets.rotate_cancel;
    connected_app.clients.secrets.rotate_start;
    connected_app.clients.update;
    debug.whoami;
    discovery.intermediate_sessions.exchange;
    discovery.organizations.create;
    discovery.organizations.list;
    fraud.email.risk;
    fraud.fingerprint.lookup;
    fraud.rules.list;
    fraud.rules.set;
    fraud.verdict_reasons.list;
    fraud.verdict_reasons.r#override;
    idp.oauth.authorize;
    idp.oauth.authorize_start;
    impersonation.authenticate;
    m2m.clients.create;
    m2m.clients.delete;
    m2m.clients.get;
    m2m.clients.search;
    m2m.clients.secrets.rotate;
    m2m.clients.secrets.rotate_cancel;
    m2m.clients.secrets.rotate_start;
    m2m.clients.update;
    m2m.token;
    magic_links.authenticate;
    magic_links.discovery.authenticate;
    magic_links.email.discovery.send;
    magic_links.email.invite;
    magic_links.email.login_or_signup;
    oauth.authenticate;
    oauth.discovery.authenticate;
    organizations.connected_apps;
    organizations.create;
    organizations.delete;
    organizations.delete_external_id;
    organizations.get;
    organizations.get_connected_app;
    organizations.members.connected_apps.revoke;
    organizations.members.create;
    organizations.members.dangerously_get;
    organizations.members.delete;
    organizations.members.delete_external_id;
    organizations.members.delete_mfa_phone_number;
    organizations.members.delete_password;
    organizations.members.delete_totp;
    organizations.members.get;
    organizations.members.get_connected_apps;
    organizations.members.oauth_providers.github;
    organizations.members.oauth_providers.google;
    organizations.members.oauth_providers.hubspot;
    organizations.members.oauth_providers.microsoft;
    organizations.members.oauth_providers.slack;
    organizations.members.oidc_providers;
    organizations.members.reactivate;
    organizations.members.search;
    organizations.members.start_email_update;
    organizations.members.unlink_retired_email;
    organizations.members.update;
    organizations.metrics;
    organizations.search;
    organizations.update;
    otps.email.authenticate;
    otps.email.discovery.authenticate;
    otps.email.discovery.send;
    otps.email.login_or_signup;
    otps.sms.authenticate;
    otps.sms.send;
    passwords.authenticate;
    passwords.discovery.authenticate;
    passwords.discovery.email.reset;
    passwords.discovery.email.reset_start;
    passwords.email.require_reset;
    passwords.email.reset;
    passwords.email.reset_start;
    passwords.existing_password.reset;
    passwords.migrate;
    passwords.sessions.reset;
    passwords.strength_check;
    project.metrics;
    rbac.organizations.get_org_policy;
    rbac.organizations.set_org_policy;
    rbac.policy;
    recovery_codes.get;
    recovery_codes.recover;
    recovery_codes.rotate;
    scim.connection.create;
    scim.connection.delete;
    scim.connection.get;
    scim.connection.get_groups;
    scim.connection.rotate_cancel;
    scim.connection.rotate_complete;
    scim.connection.rotate_start;
    scim.connection.update;
    sessions.attest;
    sessions.authenticate;
    sessions.exchange;
    sessions.exchange_access_token;
    sessions.get;
    sessions.get_jwks;
    sessions.migrate;
    sessions.revoke;
    sso.authenticate;
    sso.delete_connection;
    sso.external.create_connection;
    sso.external.update_connection;
    sso.get_connections;
    sso.oidc.create_connection;
    sso.oidc.update_connection;
    sso.saml.create_connection;
    sso.saml.delete_encryption_private_key;
    sso.saml.delete_verification_certificate;
    sso.saml.update_by_url;
    sso.saml.update_connection;
    totps.authenticate;
    totps.create;
    totps.migrate;
    }
}
