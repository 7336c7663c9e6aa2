# Net::HTTP without Faraday: for https, too, it takes its proxy from http_proxy.
require "json"
require "net/http"

uri = URI("https://test.stytch.com/v1/b2b/organizations")
request = Net::HTTP::Post.new(uri)
request.basic_auth(ENV.fetch("STYTCH_PROJECT_ID"), ENV.fetch("STYTCH_SECRET"))
request.body = JSON.generate(organization_name: "Acme", organization_slug: "acme")
answer = Net::HTTP.start(uri.host, uri.port, use_ssl: true) { |http| http.request(request) }
puts JSON.parse(answer.body)["organization"]["organization_name"]
