// The consent screen of the OAuth server, as a web component. It reads the authorization request from the URL.
import { createStytchB2BClient, StytchB2BIdentityProvider } from "@stytch/vanilla-js/b2b";

import { callbacks, clientOptions, config, expose } from "./shared/app.js";

customElements.define("stytch-idp", StytchB2BIdentityProvider);
const client = expose(createStytchB2BClient(config.publicToken, clientOptions()));
const ui = new StytchB2BIdentityProvider();
ui.render({ client, callbacks, ...config.consent });
document.getElementById("app").append(ui);
