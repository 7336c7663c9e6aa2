"""Log in with links by e-mail: Stytch's Python SDK in a Flask app."""

import os
from collections.abc import Mapping

import jwt
import stytch
from flask import Flask, Response, after_this_request, make_response, redirect, render_template, request, url_for
from stytch.core.response_base import StytchError

MINUTES = 60  # how long a session lasts


def set_cookie(response: Response, name: str, value: str) -> Response:
    response.set_cookie(name, value, max_age=MINUTES * 60, httponly=True, samesite="Lax")
    return response


def logged_in(session_jwt: str) -> Response:
    response = make_response(redirect(url_for("home"), 303))
    response.delete_cookie("intermediate_session_token")
    return set_cookie(response, "session_jwt", session_jwt)


def create_app(config: Mapping[str, str]) -> Flask:
    app = Flask(__name__)
    client = stytch.B2BClient(
        config["STYTCH_PROJECT_ID"], config["STYTCH_SECRET"], environment=config.get("STYTCH_ENV")
    )

    def current_member():
        """Return the visitor's member and organization, or None.

        The SDK checks the JWT itself; when the JWT has expired, it asks the API, which returns a new one.
        """
        try:
            found = client.sessions.authenticate_jwt(request.cookies.get("session_jwt", ""))
            session = found.member_session
            member = client.organizations.members.get(session.organization_id, member_id=session.member_id)
        except (StytchError, jwt.PyJWTError):  # PyJWTError: the cookie isn't a JWT
            return None

        @after_this_request
        def keep_jwt(response: Response) -> Response:
            return set_cookie(response, "session_jwt", found.session_jwt)

        return member

    @app.get("/")
    def home():
        if found := current_member():
            return render_template("member.html", member=found.member, organization=found.organization)
        return render_template("login.html", action=url_for("log_in"), title="Log in or sign up")

    @app.post("/login")
    def log_in():
        email = request.form["email_address"]
        redirect_url = url_for("authenticate", _external=True)
        client.magic_links.email.discovery.send(email_address=email, discovery_redirect_url=redirect_url)
        return render_template("sent.html", email=email)

    @app.get("/organizations/<slug>")
    def organization_page(slug):
        found = client.organizations.get(slug).organization
        action = url_for("log_in_to_organization", slug=slug)
        return render_template("login.html", action=action, title=f"Log in to {found.organization_name}")

    @app.post("/organizations/<slug>/login")
    def log_in_to_organization(slug):
        email = request.form["email_address"]
        redirect_url = url_for("authenticate", _external=True)
        client.magic_links.email.login_or_signup(
            organization_id=client.organizations.get(slug).organization.organization_id,
            email_address=email,
            login_redirect_url=redirect_url,
            signup_redirect_url=redirect_url,
        )
        return render_template("sent.html", email=email)

    @app.get("/authenticate")
    def authenticate():
        token_type, token = request.args.get("stytch_token_type"), request.args.get("token", "")
        if token_type == "discovery":
            found = client.magic_links.discovery.authenticate(discovery_magic_links_token=token)
            page = render_template("organizations.html", found=found)
            return set_cookie(make_response(page), "intermediate_session_token", found.intermediate_session_token)
        if token_type == "multi_tenant_magic_links":
            login = client.magic_links.authenticate(magic_links_token=token, session_duration_minutes=MINUTES)
            return logged_in(login.session_jwt)
        return render_template("error.html", message="This app has no login with such a link."), 400

    @app.post("/organizations/<organization_id>")
    def choose_organization(organization_id):
        login = client.discovery.intermediate_sessions.exchange(
            intermediate_session_token=request.cookies.get("intermediate_session_token", ""),
            organization_id=organization_id,
            session_duration_minutes=MINUTES,
        )
        return logged_in(login.session_jwt)

    @app.post("/organizations")
    def create_organization():
        login = client.discovery.organizations.create(
            intermediate_session_token=request.cookies.get("intermediate_session_token", ""),
            organization_name=request.form["organization_name"],
            session_duration_minutes=MINUTES,
        )
        return logged_in(login.session_jwt)

    @app.get("/me")
    def me():
        if found := current_member():
            return {
                "email_address": found.member.email_address,
                "organization_slug": found.organization.organization_slug,
            }
        return {"error": "Log in first."}, 401

    @app.post("/logout")
    def log_out():
        if session_jwt := request.cookies.get("session_jwt"):
            client.sessions.revoke(session_jwt=session_jwt)
        response = make_response(redirect(url_for("home"), 303))
        response.delete_cookie("session_jwt")
        return response

    @app.errorhandler(StytchError)
    def refused(error):
        return render_template("error.html", message=error.details.error_message), error.details.status_code

    return app


if __name__ == "__main__":
    create_app(os.environ).run(host="127.0.0.1", port=int(os.environ["PORT"]))
