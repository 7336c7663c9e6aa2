// What methods.js lists the methods of.
import type { StytchB2BClient } from "@stytch/vanilla-js/b2b/headless";

export declare const client: StytchB2BClient;
