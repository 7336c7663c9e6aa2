// The last step of the story: the server has been restarted on the same database.

import assert from "node:assert/strict";
import { appendFileSync, readFileSync } from "node:fs";
import { test } from "node:test";
import stytch from "stytch";

test("restart", async () => {
  const client = new stytch.B2BClient({ project_id: process.env.STYTCH_PROJECT_ID,
    secret: process.env.STYTCH_SECRET, env: process.env.STYTCH_ENV });
  const session_jwt = readFileSync(process.env.STORY_JWT, "utf8");
  const local = await client.sessions.authenticateJwtLocal({ session_jwt });
  const { member_session } = await client.sessions.authenticate({ session_jwt });
  assert.equal(local.member_session_id, member_session.member_session_id);
  appendFileSync(process.env.STORY_STEPS, "restart\n");
});
