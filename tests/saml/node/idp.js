// A third-party identity provider: samlp, which Auth0 uses. `node idp.js <key.pem> <cert.pem> <settings>` serves /sso,
// /login (for logins that start at the provider) and /metadata on a free port, which it prints. The settings are JSON:
// {issuer, user, options}. A query `?options={…}` changes the options for one request.
"use strict";

const fs = require("node:fs");
const http = require("node:http");
const samlp = require("samlp");

const [keyFile, certFile, settings] = process.argv.slice(2);
const { issuer, user, options } = JSON.parse(settings);
const defaults = { issuer, key: fs.readFileSync(keyFile), cert: fs.readFileSync(certFile), ...options };

function mapper(profile) {
  return {
    getClaims: () => profile.claims,
    getNameIdentifier: () => ({ nameIdentifier: profile.id, nameIdentifierFormat: profile.format }),
  };
}

const server = http.createServer((req, res) => {
  const url = new URL(req.url, "http://idp.test");
  req.query = Object.fromEntries(url.searchParams);
  res.set = (name, value) => res.setHeader(name, value);
  res.send = (body) => res.end(String(body));
  const failed = (error) => {
    res.statusCode = 500;
    res.end(String((error && error.stack) || error));
  };
  if (url.pathname === "/metadata") {
    Object.assign(req, { protocol: "http", originalUrl: req.url });
    return samlp.metadata({ ...defaults, redirectEndpointPath: "/sso", postEndpointPath: "/sso" })(req, res);
  }
  const overrides = JSON.parse(req.query.options || "{}");
  samlp.parseRequest(req, (error, request) => {
    if (error) return failed(error);
    const acs = request && request.assertionConsumerServiceURL;
    const known = acs ? { recipient: acs, destination: acs } : {};
    samlp.auth({
      ...defaults,
      ...known,
      ...overrides,
      profileMapper: mapper,
      getUserFromRequest: () => ({ ...user, ...overrides.user }),
      getPostURL: (audience, dom, asked, done) => done(null, acs || overrides.recipient),
    })(req, res, failed);
  });
});

server.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.resume().on("end", () => process.exit(0)); // exit with the test
