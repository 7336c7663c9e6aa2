// The last step of the story: the server has been restarted on the same database.

import assert from "node:assert/strict";
import { appendFileSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { newClient } from "./support.js";

test("restart", async () => {
  const { sessions } = newClient();
  const session_jwt = readFileSync(process.env.STORY_JWT, "utf8");
  const local = await sessions.authenticateJwtLocal({ session_jwt });
  const { member_session } = await sessions.authenticate({ session_jwt });
  assert.equal(local.member_session_id, member_session.member_session_id);
  appendFileSync(process.env.STORY_STEPS, "restart\n");
});
