// The Admin Portal: the SDK's components for members, the organization's settings, single sign-on and SCIM.
import {
  mountAdminPortalMemberManagement,
  mountAdminPortalOrgSettings,
  mountAdminPortalSCIM,
  mountAdminPortalSSO,
} from "@stytch/vanilla-js/b2b/adminPortal";

import { client, REDIRECT_URL, requireLogin, settings, showPage } from "./shared/app.js";
import { portalStyles } from "./shared/theme.js";

const sections = {
  members: [mountAdminPortalMemberManagement, { inviteRedirectURL: REDIRECT_URL }],
  organization: [mountAdminPortalOrgSettings, {}],
  sso: [mountAdminPortalSSO, { testLoginRedirectURL: REDIRECT_URL, testSignupRedirectURL: REDIRECT_URL }],
  scim: [mountAdminPortalSCIM, {}],
};

await requireLogin();
const [mount, config] = sections[settings.section];
mount({ client, element: "#portal", config, styles: portalStyles });
showPage();
