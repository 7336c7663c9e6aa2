// The client without a user interface.
import { createStytchB2BHeadlessClient } from "@stytch/vanilla-js/b2b/headless";

import { clientOptions, config, expose } from "./shared/app.js";

expose(createStytchB2BHeadlessClient(config.publicToken, clientOptions()));
