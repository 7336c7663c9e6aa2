// A third-party service provider: node-saml. Reads {response, options} as a line of JSON from stdin,
// verifies the response, and writes the profile, or {error}, as a line of JSON.
"use strict";

const readline = require("node:readline");
const { SAML } = require("@node-saml/node-saml");


readline.createInterface({ input: process.stdin }).on("line", async (line) => {
  const { response, options } = JSON.parse(line);
  let result;
  try {
    const { profile } = await new SAML(options).validatePostResponseAsync({ SAMLResponse: response });
    result = { ...profile, getAssertionXml: undefined, getAssertion: undefined, getSamlResponseXml: undefined };
  } catch (error) {
    result = { error: error.message };
  }
  console.log(JSON.stringify(result));
});
