require 'rails'
require 'action_controller/railtie'
require 'rails/test_unit/railtie'
require 'stytch'

module App
  class Application < Rails::Application
    config.load_defaults 6.1
    config.eager_load = Rails.env.production?
    config.logger = ActiveSupport::Logger.new($stdout)
  end
end
