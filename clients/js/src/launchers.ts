import { createServer } from "node:net";
import { VERSION } from "./version.js";

/** A way to start a server. */
export type LauncherName = "command" | "python" | "uvx" | "docker";

/** In this order, they are tried. */
export const LAUNCHERS: readonly LauncherName[] = ["command", "python", "uvx", "docker"];

/** The tag of an image that was built from a checkout. It is never pulled: no registry has it. */
const LOCAL_IMAGE = "mockstytch";

/** A command that starts a server. */
export interface Launch {
  /** How a person would call it: `python3 -m mockstytch`. */
  label: string;
  command: string;
  args: string[];
  /** The URL, if the one that the server prints is only valid elsewhere. */
  url?: string;
  /** Return why the server isn't installed in this way, if that is what an output on stderr means. */
  absence: (stderr: string) => string | undefined;
}

/**
 * Return the commands to try, one after the other.
 *
 * @param options of `mockstytch serve`.
 * @param image for `docker`; "" is the one that the Compose file builds.
 */
export async function launches(name: LauncherName, options: string[], image: string): Promise<Launch[]> {
  const serve = ["serve", "--json", "--quiet", "--stop-with-stdin"];
  const local = [...serve, "--port", "0", ...options];
  switch (name) {
    case "command":
      return [{ label: "mockstytch", command: "mockstytch", args: local, absence: () => undefined }];
    case "python":
      return (process.platform === "win32" ? ["python", "py"] : ["python3", "python"]).map((python) => ({
        label: `${python} -m mockstytch`,
        command: python,
        args: ["-m", "mockstytch", ...local],
        absence: (stderr) => (/No module named '?mockstytch/.test(stderr) ? "the package isn't installed" : undefined),
      }));
    case "uvx":
      return [
        {
          label: `uvx mockstytch@${VERSION}`,
          command: "uvx",
          args: [`mockstytch@${VERSION}`, ...local],
          absence: (stderr) => stderr.trim().split("\n").at(-1),
        },
      ];
    case "docker": {
      const port = await freePort();
      const chosen = image || LOCAL_IMAGE;
      const run = ["run", "--rm", "--interactive", "--pull", image ? "missing" : "never"];
      const inside = ["mockstytch", ...serve, "--host", "0.0.0.0", "--port", "4700", ...options];
      return [
        {
          label: `docker run ${chosen}`,
          command: "docker",
          args: [...run, "--publish", `127.0.0.1:${port}:4700`, chosen, ...inside],
          url: `http://127.0.0.1:${port}`,
          absence: (stderr) => /^docker: (.+?)\.?$/m.exec(stderr)?.[1],
        },
      ];
    }
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}
