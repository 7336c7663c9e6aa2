class LoginsController < ApplicationController
  def home
    if (found = current)
      render 'member', locals: { organization: found['organization'], member: found['member'] }
    else
      render 'new', locals: { title: 'Log in or sign up', action: login_path }
    end
  end

  def create
    checked stytch.magic_links.email.discovery.send(email_address: params[:email_address],
                                                    discovery_redirect_url: authenticate_url)
    render 'sent'
  end

  def show
    case params[:stytch_token_type]
    when 'discovery'
      found = checked(stytch.magic_links.discovery.authenticate(discovery_magic_links_token: params[:token]))
      session[:intermediate_session_token] = found['intermediate_session_token']
      render 'organizations', locals: { found: found }
    when 'multi_tenant_magic_links'
      log_in stytch.magic_links.authenticate(magic_links_token: params[:token],
                                             session_duration_minutes: SESSION_MINUTES)
    else
      render 'refused', locals: { message: 'This app has no login with such a link.' }, status: :bad_request
    end
  end

  def me
    if (found = current)
      render json: { email_address: found['member']['email_address'],
                     organization_slug: found['organization']['organization_slug'] }
    else
      render json: { error: 'Log in first.' }, status: :unauthorized
    end
  end

  def destroy
    checked stytch.sessions.revoke(session_jwt: session[:jwt]) if session[:jwt]
    reset_session
    redirect_to root_path, status: :see_other
  end
end
