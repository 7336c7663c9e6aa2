// Log in with links by e-mail: Stytch's Node SDK in an Express app.
import cookieParser from "cookie-parser";
import express from "express";
import * as stytch from "stytch";

const MINUTES = 60; // how long a session lasts

const redirectUrl = (request) => `${request.protocol}://${request.get("host")}/authenticate`;

function setCookie(response, name, value) {
  response.cookie(name, value, { maxAge: MINUTES * 60_000, httpOnly: true, sameSite: "lax" });
}

function loggedIn(response, sessionJwt) {
  response.clearCookie("intermediate_session_token");
  setCookie(response, "session_jwt", sessionJwt);
  response.redirect(303, "/");
}

export function createApp({ STYTCH_PROJECT_ID, STYTCH_SECRET, STYTCH_ENV }) {
  const app = express();
  const client = new stytch.B2BClient({ project_id: STYTCH_PROJECT_ID, secret: STYTCH_SECRET, env: STYTCH_ENV });

  app.set("view engine", "ejs");
  app.set("views", `${import.meta.dirname}/views`);
  app.use(express.urlencoded(), cookieParser());

  // Returns the visitor's member and organization, or null. The SDK checks the JWT itself; when the JWT has expired, it
  // asks the API, which returns a new one.
  async function currentMember(request, response) {
    if (!request.cookies.session_jwt) return null;
    try {
      const { session_jwt, member_session } = await client.sessions.authenticateJwt({
        session_jwt: request.cookies.session_jwt,
      });
      const { organization_id, member_id } = member_session;
      const found = await client.organizations.members.get({ organization_id, member_id });
      setCookie(response, "session_jwt", session_jwt);
      return found;
    } catch (error) {
      if (error instanceof stytch.StytchError) return null;
      throw error;
    }
  }

  async function getOrganization(slug) {
    return (await client.organizations.get({ organization_id: slug })).organization;
  }

  app.get("/", async (request, response) => {
    const found = await currentMember(request, response);
    if (found) response.render("member", found);
    else response.render("login", { title: "Log in or sign up", action: "/login" });
  });

  app.post("/login", async (request, response) => {
    const { email_address } = request.body;
    await client.magicLinks.email.discovery.send({ email_address, discovery_redirect_url: redirectUrl(request) });
    response.render("sent", { email_address });
  });

  app.get("/organizations/:slug", async (request, response) => {
    const { organization_name, organization_slug } = await getOrganization(request.params.slug);
    response.render("login", {
      title: `Log in to ${organization_name}`,
      action: `/organizations/${organization_slug}/login`,
    });
  });

  app.post("/organizations/:slug/login", async (request, response) => {
    const { email_address } = request.body;
    const { organization_id } = await getOrganization(request.params.slug);
    await client.magicLinks.email.loginOrSignup({
      organization_id,
      email_address,
      login_redirect_url: redirectUrl(request),
      signup_redirect_url: redirectUrl(request),
    });
    response.render("sent", { email_address });
  });

  app.get("/authenticate", async (request, response) => {
    const { stytch_token_type, token } = request.query;
    if (stytch_token_type === "discovery") {
      const found = await client.magicLinks.discovery.authenticate({ discovery_magic_links_token: token });
      setCookie(response, "intermediate_session_token", found.intermediate_session_token);
      response.render("organizations", found);
    } else if (stytch_token_type === "multi_tenant_magic_links") {
      const login = await client.magicLinks.authenticate({
        magic_links_token: token,
        session_duration_minutes: MINUTES,
      });
      loggedIn(response, login.session_jwt);
    } else {
      response.status(400).render("error", { message: "This app has no login with such a link." });
    }
  });

  app.post("/organizations/:organization_id", async (request, response) => {
    const login = await client.discovery.intermediateSessions.exchange({
      intermediate_session_token: request.cookies.intermediate_session_token ?? "",
      organization_id: request.params.organization_id,
      session_duration_minutes: MINUTES,
    });
    loggedIn(response, login.session_jwt);
  });

  app.post("/organizations", async (request, response) => {
    const login = await client.discovery.organizations.create({
      intermediate_session_token: request.cookies.intermediate_session_token ?? "",
      organization_name: request.body.organization_name,
      session_duration_minutes: MINUTES,
    });
    loggedIn(response, login.session_jwt);
  });

  app.get("/me", async (request, response) => {
    const found = await currentMember(request, response);
    if (!found) return response.status(401).json({ error: "Log in first." });
    response.json({
      email_address: found.member.email_address,
      organization_slug: found.organization.organization_slug,
    });
  });

  app.post("/logout", async (request, response) => {
    const { session_jwt } = request.cookies;
    if (session_jwt) await client.sessions.revoke({ session_jwt });
    response.clearCookie("session_jwt");
    response.redirect(303, "/");
  });

  app.use((error, _request, response, next) => {
    if (!(error instanceof stytch.StytchError)) return next(error);
    response.status(error.status_code).render("error", { message: error.error_message });
  });

  return app;
}
