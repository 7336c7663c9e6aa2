// A React app: the prebuilt login, and a dashboard for a member who is logged in.
import {
  B2BProducts,
  createStytchB2BClient,
  StytchB2B,
  StytchB2BProvider,
  useStytchB2BClient,
  useStytchMember,
  useStytchMemberSession,
  useStytchOrganization,
} from "@stytch/react/b2b";
import { createRoot } from "react-dom/client";

import { callbacks, clientOptions, config, expose } from "./shared/app.js";
import { loginConfig } from "./shared/login.js";

const client = expose(createStytchB2BClient(config.publicToken, clientOptions()));
const login = loginConfig(config.login ?? {}, B2BProducts);

function App() {
  const { session } = useStytchMemberSession();
  return session ? <Dashboard session={session} /> : <StytchB2B config={login} callbacks={callbacks} />;
}

function Dashboard({ session }) {
  const stytch = useStytchB2BClient();
  const { member } = useStytchMember();
  const { organization } = useStytchOrganization();
  return (
    <main>
      <h1>{organization?.organization_name}</h1>
      <p data-testid="member">{member?.email_address}</p>
      <p data-testid="session">{session.member_session_id}</p>
      <p data-testid="roles">{session.roles.join(", ")}</p>
      <button onClick={() => stytch.session.revoke()}>Log out</button>
    </main>
  );
}

createRoot(document.getElementById("app")).render(
  <StytchB2BProvider stytch={client}>
    <App />
  </StytchB2BProvider>,
);
