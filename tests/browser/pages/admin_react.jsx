// One component of the Admin Portal in a React app. `config.component` and `config.portal` are those of admin.js.
import { createStytchB2BClient, StytchB2BProvider } from "@stytch/react/b2b";
import {
  AdminPortalMemberManagement,
  AdminPortalOrgSettings,
  AdminPortalSCIM,
  AdminPortalSSO,
} from "@stytch/react/b2b/adminPortal";
import { createRoot } from "react-dom/client";

import { clientOptions, config, expose } from "./shared/app.js";

const Component = {
  members: AdminPortalMemberManagement,
  organization: AdminPortalOrgSettings,
  sso: AdminPortalSSO,
  scim: AdminPortalSCIM,
}[config.component ?? "members"];
const client = expose(createStytchB2BClient(config.publicToken, clientOptions()));

createRoot(document.getElementById("app")).render(
  <StytchB2BProvider stytch={client}>
    <Component config={config.portal} />
  </StytchB2BProvider>,
);
