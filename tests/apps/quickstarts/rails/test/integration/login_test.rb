require 'test_helper'
require 'net/http'

class LoginTest < ActionDispatch::IntegrationTest
  SERVER = ENV.fetch('STYTCH_ENV', 'http://localhost:4700')

  setup do
    ENV['STYTCH_PROJECT_ID'] = "project-test-#{SecureRandom.uuid}"
    ENV['STYTCH_SECRET'] = 'secret-test-mockstytch'
    ENV['STYTCH_ENV'] = SERVER
    StytchClient.reset
  end

  def mock(path)
    request = Net::HTTP::Get.new(URI("#{SERVER}/_mock/api#{path}"))
    request.basic_auth(ENV['STYTCH_PROJECT_ID'], ENV['STYTCH_SECRET'])
    response = Net::HTTP.start(request.uri.host, request.uri.port) { |http| http.request(request) }
    JSON.parse(response.body)
  end

  test 'a link logs in, once' do
    post '/login', params: { email_address: 'ada@acme.example' }
    link = mock('/messages/latest?to=ada@acme.example&wait=5')['link']
    mail = Rack::Utils.parse_query(URI(link).query)

    get '/authenticate', params: mail
    assert_response :ok
    post '/organizations', params: { organization_name: 'Acme' }
    get '/me'
    assert_equal({ 'email_address' => 'ada@acme.example', 'organization_slug' => 'acme' }, response.parsed_body)

    get '/authenticate', params: mail
    assert_response :unauthorized
  end
end
