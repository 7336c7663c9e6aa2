# In production STYTCH_ENV isn't set, and the SDK chooses its URL.
module StytchClient
  def self.current
    @current ||= StytchB2B::Client.new(project_id: ENV['STYTCH_PROJECT_ID'], secret: ENV['STYTCH_SECRET'],
                                       env: ENV['STYTCH_ENV'])
  end

  # Tests call this after they have changed the environment.
  def self.reset
    @current = nil
  end

  # A call that the API refused.
  class Refused < StandardError
    attr_reader :status

    def initialize(response)
      super(response['error_message'])
      @status = response['status_code']
    end
  end

  # The SDK doesn't raise if a call is refused: the response has the status and the reason.
  def self.checked(response)
    response['status_code'] == 200 ? response : raise(Refused, response)
  end
end
