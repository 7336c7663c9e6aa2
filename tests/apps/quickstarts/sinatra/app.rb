# Log in with links by e-mail: Stytch's Ruby SDK in a Sinatra app.

require 'sinatra'
require 'stytch'

STYTCH = StytchB2B::Client.new(project_id: ENV.fetch('STYTCH_PROJECT_ID'), secret: ENV.fetch('STYTCH_SECRET'),
                               env: ENV['STYTCH_ENV'])
MINUTES = 60 # how long a session lasts

configure do
  set :bind, '127.0.0.1'
  set :port, ENV.fetch('PORT', 4567)
  set :sessions, httponly: true, same_site: :lax
  set :show_exceptions, :after_handler
end

# A call that the API refused.
class Refused < StandardError
  attr_reader :status

  def initialize(response)
    super(response['error_message'])
    @status = response['status_code']
  end
end

helpers do
  # The SDK doesn't raise if a call is refused: the response has the status and the reason.
  def checked(response)
    response['status_code'] == 200 ? response : raise(Refused, response)
  end

  # Returns the member and the organization if the visitor is logged in. The SDK checks the JWT itself; when the JWT has
  # expired, it asks the API, which returns a new one.
  def current
    return unless session[:jwt]

    found = STYTCH.sessions.authenticate_jwt(session[:jwt])
    return unless (ids = found['member_session']&.slice('organization_id', 'member_id'))

    session[:jwt] = found['session_jwt'] || session[:jwt]
    found = STYTCH.organizations.members.get(**ids.transform_keys(&:to_sym))
    found if found['status_code'] == 200
  end

  def organization(slug)
    checked(STYTCH.organizations.get(organization_id: slug))['organization']
  end

  def log_in(response)
    session.clear
    session[:jwt] = checked(response)['session_jwt']
    redirect to('/'), 303
  end

  def h(text)
    Rack::Utils.escape_html(text)
  end
end

error Refused do |refused|
  status refused.status
  @title, @message = "That didn't work", refused.message
  erb :refused
end

get '/' do
  if (found = current)
    @organization, @member = found.values_at('organization', 'member')
    @title = @organization['organization_name']
    erb :member
  else
    @title, @action = 'Log in or sign up', '/login'
    erb :login
  end
end

post '/login' do
  checked STYTCH.magic_links.email.discovery.send(email_address: params[:email_address],
                                                  discovery_redirect_url: to('/authenticate'))
  @title = 'Check your inbox'
  erb :sent
end

get '/organizations/:slug' do |slug|
  @title, @action = "Log in to #{organization(slug)['organization_name']}", "/organizations/#{slug}/login"
  erb :login
end

post '/organizations/:slug/login' do |slug|
  checked STYTCH.magic_links.email.login_or_signup(organization_id: organization(slug)['organization_id'],
                                                   email_address: params[:email_address],
                                                   login_redirect_url: to('/authenticate'),
                                                   signup_redirect_url: to('/authenticate'))
  @title = 'Check your inbox'
  erb :sent
end

get '/authenticate' do
  case params[:stytch_token_type]
  when 'discovery'
    @found = checked(STYTCH.magic_links.discovery.authenticate(discovery_magic_links_token: params[:token]))
    session[:intermediate_session_token] = @found['intermediate_session_token']
    @title = 'Choose an organization'
    erb :organizations
  when 'multi_tenant_magic_links'
    log_in STYTCH.magic_links.authenticate(magic_links_token: params[:token], session_duration_minutes: MINUTES)
  else
    halt 400, 'This app has no login with such a link.'
  end
end

post '/organizations/:id' do |id|
  log_in STYTCH.discovery.intermediate_sessions.exchange(
    intermediate_session_token: session[:intermediate_session_token], organization_id: id,
    session_duration_minutes: MINUTES
  )
end

post '/organizations' do
  log_in STYTCH.discovery.organizations.create(
    intermediate_session_token: session[:intermediate_session_token], organization_name: params[:organization_name],
    session_duration_minutes: MINUTES
  )
end

get '/me' do
  content_type :json
  found = current or halt(401, { error: 'Log in first.' }.to_json)
  { email_address: found['member']['email_address'],
    organization_slug: found['organization']['organization_slug'] }.to_json
end

post '/logout' do
  checked(STYTCH.sessions.revoke(session_jwt: session[:jwt])) if session[:jwt]
  session.clear
  redirect to('/'), 303
end
