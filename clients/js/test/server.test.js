// How a server is started and stopped. Run by tests/npm, with an installed mockstytch as REAL_MOCKSTYTCH.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, createReadStream, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { promisify } from "node:util";

const real = process.env.REAL_MOCKSTYTCH;
const folder = mkdtempSync(join(tmpdir(), "mockstytch-"));
after(() => rmSync(folder, { recursive: true }));
const run = promisify(execFile);

/** Return a folder with shell scripts in place of programs. */
function programs(scripts) {
  const bin = mkdtempSync(join(folder, "bin-"));
  for (const [name, script] of Object.entries(scripts)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  return bin;
}

const HEADER = `import { MockStytch } from "mockstytch";`;

/** Run code in a new process whose PATH has only these programs. */
async function node(scripts, code, environment = {}) {
  const env = { PATH: programs(scripts), HOME: process.env.HOME, ...environment };
  const command = ["--input-type=module", "--eval", `${HEADER}\n${code}`];
  return (await run(process.execPath, command, { env })).stdout.trim();
}

/** The arguments after the name of the command, without the options that come from the caller. */
const serve = "serve --json --quiet --stop-with-stdin";
const START = `
  const mock = await MockStytch.start(OPTIONS);
  const { status } = await mock.api.call("get", "/_mock/api/health");
  console.log(JSON.stringify([status, mock.startedBy, mock.projectId]));
  await mock.close();`;
const started = (options = {}) => START.replace("OPTIONS", JSON.stringify(options));
const DEFAULT = "project-test-00000000-0000-4000-8000-000000000000";

test("the command on the PATH comes first", async () => {
  const output = await node({ mockstytch: `exec ${real} "$@"`, python3: "exit 99" }, started());
  assert.deepEqual(JSON.parse(output), ["ok", "mockstytch", DEFAULT]);
});

test("then the Python package, then uvx", async () => {
  const absent = "echo 'python3: No module named mockstytch' >&2; exit 1";
  const python = `test "$1 $2" = "-m mockstytch" && shift 2 && exec ${real} "$@"`;
  assert.equal(JSON.parse(await node({ python3: python }, started()))[1], "python3 -m mockstytch");
  assert.equal(JSON.parse(await node({ python3: absent, python }, started()))[1], "python -m mockstytch");
  const uvx = `test "$1" = mockstytch@0.1.0 && shift && exec ${real} "$@"`;
  assert.equal(JSON.parse(await node({ python3: absent, uvx }, started()))[1], "uvx mockstytch@0.1.0");
});

test("Docker runs the image, and the server is reached at a port of this machine", async () => {
  // A script in place of Docker: it checks the arguments, and starts the server on the published port.
  const docker = (image, pull) => `
    test "$1 $2 $3 $4 $5 $6" = "run --rm --interactive --pull ${pull} --publish" || exit 98
    port=\${7#127.0.0.1:}
    test "$8 $9" = "${image} mockstytch" || exit 97
    shift 9
    test "$*" = "${serve} --host 0.0.0.0 --port 4700 --closed" || exit 96
    exec ${real} ${serve} --port "\${port%:4700}" --closed`;
  const args = ["--closed"];
  const built = await node({ docker: docker("mockstytch", "never") }, started({ args }));
  assert.equal(JSON.parse(built)[1], "docker run mockstytch");
  const image = "registry.example/mockstytch:1";
  const pulled = await node({ docker: docker(image, "missing") }, started({ launcher: "docker", image, args }));
  assert.equal(JSON.parse(pulled)[1], `docker run ${image}`);
});

test("the way can be chosen, in the environment too", async () => {
  const scripts = { mockstytch: "exit 99", python3: `shift 2; exec ${real} "$@"` };
  assert.equal(JSON.parse(await node(scripts, started({ launcher: "python" })))[1], "python3 -m mockstytch");
  const environment = { MOCKSTYTCH_LAUNCHER: "python" };
  assert.equal(JSON.parse(await node(scripts, started(), environment))[1], "python3 -m mockstytch");
});

const FAILS = `await MockStytch.start(OPTIONS).then(() => console.log("started"), (error) => console.log(error.message));`;
const failure = (options = {}) => FAILS.replace("OPTIONS", JSON.stringify(options));

test("without any, one sentence names everything that was tried", async () => {
  const docker = "echo 'docker: Cannot connect to the Docker daemon at unix:///var/run/docker.sock.' >&2; exit 125";
  const python3 = "echo 'python3: No module named mockstytch' >&2; exit 1";
  assert.equal(
    await node({ docker, python3 }, failure()),
    "No mockstytch server can be started with mockstytch (not found), python3 -m mockstytch (the package isn't " +
      "installed), python -m mockstytch (not found), uvx mockstytch@0.1.0 (not found), docker run mockstytch (Cannot " +
      "connect to the Docker daemon at unix:///var/run/docker.sock): install the Python package mockstytch, or set " +
      "MOCKSTYTCH_URL to a server that is running.",
  );
  assert.match(
    await node({}, failure({ launcher: "uvx" })),
    /^No mockstytch server .* uvx mockstytch@0\.1\.0 \(not found\): /,
  );
  assert.match(await node({}, failure({ launcher: "podman" })), /^There is no launcher "podman": use one of command, /);
});

test("an installed server that doesn't start is reported, instead of trying the next one", async () => {
  const scripts = { mockstytch: `exec ${real} "$@"`, python3: `shift 2; exec ${real} "$@"` };
  const message = await node(scripts, failure({ args: ["--seed", "missing.toml"] }));
  assert.match(message, /^mockstytch didn't start: missing\.toml.* can't be read: .*\.$/);
  assert.match(await node(scripts, failure({ args: ["--no-such"] })), /^mockstytch didn't start: No such option/);
  assert.match(await node({ mockstytch: "exit 7" }, failure()), /^mockstytch didn't start: it ended with code 7\.$/);
  const slow = { mockstytch: "exec /bin/sleep 60" };
  assert.equal(await node(slow, failure({ timeout: 0.2 })), "mockstytch didn't start: it wasn't ready in 0.2 s.");
});

test("a seed that isn't valid stops the server", async () => {
  const scripts = { mockstytch: `exec ${real} "$@"` };
  assert.match(await node(scripts, failure({ seed: { organization: [] } })), /organization/);
});

test("MOCKSTYTCH_URL is used instead of a new server", async () => {
  const environment = { MOCKSTYTCH_URL: process.env.MOCKSTYTCH_URL };
  assert.deepEqual(JSON.parse(await node({}, started(), environment)), ["ok", "", DEFAULT]);
  const message = await node({}, failure(), { MOCKSTYTCH_URL: "http://127.0.0.1:9" });
  assert.match(message, /^MOCKSTYTCH_URL=http:\/\/127\.0\.0\.1:9: .*Correct MOCKSTYTCH_URL, or unset it/);
});

for (const [name, end] of [
  ["ends", ""],
  ["exits", "process.exit(3);"],
  ["throws", "throw new Error('expected by the test');"],
  ["is killed", "process.kill(process.pid, 'SIGKILL');"],
]) {
  test(`the server ends with a process that ${name}`, async () => {
    const fifo = join(folder, `${name}.fifo`);
    await run("mkfifo", [fifo]);
    const code = `${HEADER}
      const mock = await MockStytch.start();
      const { status } = await mock.api.call("get", "/_mock/api/health");
      process.stdout.write(status, () => { ${end} });`;
    // The server has the pipe open as long as it runs.
    const bin = programs({ mockstytch: `exec 9>"$FIFO"; exec ${real} "$@"` });
    const env = { PATH: bin, HOME: process.env.HOME, FIFO: fifo };
    const child = spawn(process.execPath, ["--input-type=module", "--eval", code], { env, stdio: "pipe" });
    const closed = once(createReadStream(fifo).resume(), "end");
    const [status] = await once(child.stdout, "data");
    assert.equal(String(status), "ok");
    await closed;
  });
}
