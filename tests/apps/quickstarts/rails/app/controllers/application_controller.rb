class ApplicationController < ActionController::Base
  SESSION_MINUTES = 60

  delegate :checked, to: StytchClient

  rescue_from StytchClient::Refused do |refused|
    render 'logins/refused', locals: { message: refused.message }, status: refused.status
  end

  private

  def stytch
    StytchClient.current
  end

  # Returns the member and the organization if the visitor is logged in. The SDK checks the JWT itself; when the JWT has
  # expired, it asks the API, which returns a new one.
  def current
    return unless session[:jwt]

    found = stytch.sessions.authenticate_jwt(session[:jwt])
    return unless (ids = found['member_session']&.slice('organization_id', 'member_id'))

    session[:jwt] = found['session_jwt'] || session[:jwt]
    found = stytch.organizations.members.get(**ids.symbolize_keys)
    found if found['status_code'] == 200
  end

  def log_in(response)
    session_jwt = checked(response)['session_jwt']
    reset_session
    session[:jwt] = session_jwt
    redirect_to root_path, status: :see_other
  end
end
