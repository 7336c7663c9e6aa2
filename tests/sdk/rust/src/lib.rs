//! What the suites share: the project from the environment, its inbox, and the file of the steps that have passed.

use std::io::Write;
use std::sync::LazyLock;

use serde_json::Value;
use stytch::b2b::client::Client;
use stytch::client::{Client as HttpClient, Vertical};

// Tests have runtimes of their own, so that they can't share connections.
static CONTROL: LazyLock<reqwest::Client> =
    LazyLock::new(|| reqwest::Client::builder().pool_max_idle_per_host(0).build().unwrap());

/// Returns a variable of the environment.
pub fn environment(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} isn't set"))
}

/// Returns the base URL, without a slash at the end.
pub fn base_url() -> String {
    environment("STYTCH_ENV").trim_end_matches('/').to_string()
}

/// Returns a client of the project in the environment.
pub fn client() -> Client {
    client_for(&environment("STYTCH_PROJECT_ID"), &environment("STYTCH_SECRET"))
}

/// Returns a client as the documentation creates it.
pub fn documented_client() -> Result<Client, Box<dyn std::error::Error>> {
    let url = reqwest::Url::parse(&std::env::var("STYTCH_ENV")?)?;
    let (id, secret) = (std::env::var("STYTCH_PROJECT_ID")?, std::env::var("STYTCH_SECRET")?);
    let http = stytch::client::Client::new_with_base_url(&id, &secret, url, stytch::client::Vertical::B2B)?;
    let fraud = stytch::client::Client::new_fraud(&id, &secret)?;
    let client = stytch::b2b::client::Client::new_with_http_client(http, fraud);
    Ok(client)
}

/// Returns a client of a project on the server in the environment.
pub fn client_for(project_id: &str, secret: &str) -> Client {
    let http = |vertical| http_client_for(project_id, secret, vertical);
    Client::new_with_http_client(http(Vertical::B2B), http(Vertical::Consumer))
}

/// Returns a client whose calls are made for a member. The SDK's methods have no parameter for the member's session,
/// but its HTTP client can be replaced by one that sends the header.
pub fn client_of_member(session_token: &str) -> Client {
    let mut http = http_client();
    let request = authorized(http.client.get(base_url())).header("X-Stytch-Member-Session", session_token);
    let headers = request.build().unwrap().headers().clone();
    http.client = reqwest::Client::builder().default_headers(headers).build().unwrap();
    Client::new_with_http_client(http.clone(), http)
}

/// Returns the part of a client that sends requests and keeps the project's keys.
pub fn http_client() -> HttpClient {
    http_client_for(&environment("STYTCH_PROJECT_ID"), &environment("STYTCH_SECRET"), Vertical::B2B)
}

fn http_client_for(project_id: &str, secret: &str, vertical: Vertical) -> HttpClient {
    HttpClient::new_with_base_url(project_id, secret, base_url().parse().unwrap(), vertical).unwrap()
}

/// Returns the newest message to an address or a phone number.
pub async fn latest_message(to: &str) -> Value {
    let url = format!("{}/_mock/api/messages/latest", base_url());
    let url = reqwest::Url::parse_with_params(&url, [("to", to)]).unwrap();
    control(CONTROL.get(url)).await.json().await.unwrap()
}

/// Replaces the key with which the server signs.
pub async fn rotate_signing_key() {
    control(CONTROL.post(format!("{}/_mock/api/keys/rotate", base_url()))).await;
}

/// Posts JSON to the API that only the mock has.
pub async fn post(path: &str, fields: Value) -> Value {
    control(CONTROL.post(format!("{}/_mock/api{path}", base_url())).json(&fields)).await.json().await.unwrap()
}

/// Follows the redirects of a browser, which has cookies. The last one leads to the app, which isn't there.
pub async fn token_by_redirects(url: &str) -> String {
    let browser = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let (mut target, mut cookies) = (url.to_string(), String::new());
    while target.starts_with(&base_url()) {
        let response = browser.get(&target).header("Cookie", &cookies).send().await.unwrap();
        for cookie in response.headers().get_all("set-cookie") {
            cookies = format!("{cookies}{}; ", cookie.to_str().unwrap().split(';').next().unwrap());
        }
        target = response.headers()["location"].to_str().unwrap().to_string();
    }
    let url = reqwest::Url::parse(&target).unwrap();
    let token = url.query_pairs().find(|(name, _)| name == "token").unwrap().1.into_owned();
    token
}

/// Sends a request to the API that only the mock has.
async fn control(request: reqwest::RequestBuilder) -> reqwest::Response {
    authorized(request).send().await.unwrap().error_for_status().unwrap()
}

fn authorized(request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
    request.basic_auth(environment("STYTCH_PROJECT_ID"), Some(environment("STYTCH_SECRET")))
}

/// Notes that a step of the story has passed.
pub fn passed(step: &str) {
    let mut file = std::fs::OpenOptions::new().create(true).append(true).open(environment("STORY_STEPS")).unwrap();
    file.write_all(format!("{step}\n").as_bytes()).unwrap();
}
