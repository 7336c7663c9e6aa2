// The client without a user interface. The page lists the calls, so that a screenshot shows what the test did.
import { createStytchB2BHeadlessClient } from "@stytch/vanilla-js/b2b/headless";

import { clientOptions, config, expose } from "./shared/app.js";

expose(createStytchB2BHeadlessClient(config.publicToken, clientOptions()), (method, { result, error }) => {
  const line = document.createElement("div");
  const outcome = error ? error.error_type ?? error.message : JSON.stringify(result).slice(0, 100);
  line.textContent = `${error ? "✗" : "✓"} ${method}: ${outcome}`;
  document.getElementById("app").append(line);
});
