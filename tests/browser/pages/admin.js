// One component of the Admin Portal. `config.component` is "members", "organization", "sso" or "scim".
import { createStytchB2BClient } from "@stytch/vanilla-js/b2b";
import {
  mountAdminPortalMemberManagement,
  mountAdminPortalOrgSettings,
  mountAdminPortalSCIM,
  mountAdminPortalSSO,
} from "@stytch/vanilla-js/b2b/adminPortal";

import { clientOptions, config, expose } from "./shared/app.js";

const mount = {
  members: mountAdminPortalMemberManagement,
  organization: mountAdminPortalOrgSettings,
  sso: mountAdminPortalSSO,
  scim: mountAdminPortalSCIM,
}[config.component ?? "members"];
const client = expose(createStytchB2BClient(config.publicToken, clientOptions()));
mount({ client, element: "#app", config: config.portal });
