class OrganizationsController < ApplicationController
  def show
    title = "Log in to #{organization['organization_name']}"
    render 'logins/new', locals: { title: title, action: organization_login_path(params[:slug]) }
  end

  def login
    checked stytch.magic_links.email.login_or_signup(
      organization_id: organization['organization_id'], email_address: params[:email_address],
      login_redirect_url: authenticate_url, signup_redirect_url: authenticate_url
    )
    render 'logins/sent'
  end

  def choose
    log_in stytch.discovery.intermediate_sessions.exchange(
      intermediate_session_token: session[:intermediate_session_token], organization_id: params[:id],
      session_duration_minutes: SESSION_MINUTES
    )
  end

  def create
    log_in stytch.discovery.organizations.create(
      intermediate_session_token: session[:intermediate_session_token],
      organization_name: params[:organization_name], session_duration_minutes: SESSION_MINUTES
    )
  end

  private

  def organization
    checked(stytch.organizations.get(organization_id: params[:slug]))['organization']
  end
end
