# Faraday, as the official SDK uses it.
require "faraday"
require "json"

client = Faraday.new(url: "https://test.stytch.com") do |builder|
  builder.headers["Authorization"] = "Basic " + ["#{ENV["STYTCH_PROJECT_ID"]}:#{ENV["STYTCH_SECRET"]}"].pack("m0")
end
answer = client.post("/v1/b2b/organizations", JSON.generate(organization_name: "Acme", organization_slug: "acme"))
puts JSON.parse(answer.body)["organization"]["organization_name"]
