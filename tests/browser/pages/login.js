// The prebuilt login as a web component. `config.login` is its configuration; products are given by name.
import { B2BProducts, createStytchB2BClient, StytchB2B } from "@stytch/vanilla-js/b2b";

import { callbacks, clientOptions, config, expose } from "./shared/app.js";
import { loginConfig } from "./shared/login.js";

customElements.define("stytch-ui", StytchB2B);
const client = expose(createStytchB2BClient(config.publicToken, clientOptions()));
const { presentation, strings } = config;
const ui = new StytchB2B();
ui.render({ client, callbacks, presentation, strings, config: loginConfig(config.login ?? {}, B2BProducts) });
document.getElementById("app").append(ui);
