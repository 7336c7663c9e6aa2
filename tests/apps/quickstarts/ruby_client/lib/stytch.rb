# The calls of Stytch's official gem that the apps use, under the gem's names. It is our own code, for machines on
# which the gem isn't installed.

require 'json'
require 'jwt'
require 'net/http'

module StytchB2B
  # Sends requests. It doesn't raise if one is refused: every method returns the response's body.
  class Connection
    attr_reader :project_id

    def initialize(url, project_id, secret)
      @url = URI(url)
      @project_id = project_id
      @secret = secret
    end

    def get(path, **query)
      send_request Net::HTTP::Get.new("#{path}?#{URI.encode_www_form(query)}")
    end

    def post(path, **fields)
      request = Net::HTTP::Post.new(path, 'Content-Type' => 'application/json')
      request.body = fields.to_json
      send_request request
    end

    private

    def send_request(request)
      request.basic_auth(@project_id, @secret)
      response = Net::HTTP.start(@url.host, @url.port, use_ssl: @url.scheme == 'https') { |http| http.request(request) }
      JSON.parse(response.body)
    end
  end

  Calls = Struct.new(:connection)

  class DiscoveryEmail < Calls
    def send(**fields)
      connection.post('/v1/b2b/magic_links/email/discovery/send', **fields)
    end
  end

  class Email < Calls
    def login_or_signup(**fields)
      connection.post('/v1/b2b/magic_links/email/login_or_signup', **fields)
    end

    def discovery
      DiscoveryEmail.new(connection)
    end
  end

  class DiscoveryLinks < Calls
    def authenticate(**fields)
      connection.post('/v1/b2b/magic_links/discovery/authenticate', **fields)
    end
  end

  class MagicLinks < Calls
    def authenticate(**fields)
      connection.post('/v1/b2b/magic_links/authenticate', **fields)
    end

    def email
      Email.new(connection)
    end

    def discovery
      DiscoveryLinks.new(connection)
    end
  end

  class IntermediateSessions < Calls
    def exchange(**fields)
      connection.post('/v1/b2b/discovery/intermediate_sessions/exchange', **fields)
    end
  end

  class DiscoveryOrganizations < Calls
    def create(**fields)
      connection.post('/v1/b2b/discovery/organizations/create', **fields)
    end
  end

  class Discovery < Calls
    def intermediate_sessions
      IntermediateSessions.new(connection)
    end

    def organizations
      DiscoveryOrganizations.new(connection)
    end
  end

  class Members < Calls
    def get(organization_id:, **query)
      connection.get("/v1/b2b/organizations/#{organization_id}/member", **query)
    end
  end

  class Organizations < Calls
    def get(organization_id:)
      connection.get("/v1/b2b/organizations/#{organization_id}")
    end

    def members
      Members.new(connection)
    end
  end

  class Sessions < Calls
    # Checks the JWT here, and asks the API if that isn't possible.
    def authenticate_jwt(session_jwt)
      claims, = JWT.decode(session_jwt, nil, true, jwks: method(:keys), algorithms: ['RS256'],
                                                   iss: "stytch.com/#{connection.project_id}", verify_iss: true,
                                                   aud: connection.project_id, verify_aud: true)
      organization = claims['https://stytch.com/organization']
      { 'member_session' => { 'member_id' => claims['sub'], 'organization_id' => organization['organization_id'] } }
    rescue JWT::DecodeError
      connection.post('/v1/b2b/sessions/authenticate', session_jwt: session_jwt)
    end

    def revoke(**fields)
      connection.post('/v1/b2b/sessions/revoke', **fields)
    end

    private

    def keys(_options)
      @keys ||= { keys: connection.get("/v1/b2b/sessions/jwks/#{connection.project_id}")['keys'] }
    end
  end

  class Client
    attr_reader :discovery, :magic_links, :organizations, :sessions

    def initialize(project_id:, secret:, env: nil)
      connection = Connection.new(env || 'https://test.stytch.com', project_id, secret)
      @discovery = Discovery.new(connection)
      @magic_links = MagicLinks.new(connection)
      @organizations = Organizations.new(connection)
      @sessions = Sessions.new(connection)
    end
  end
end
