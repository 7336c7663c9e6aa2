import { type ChildProcess, spawn } from "node:child_process";
import { MockError } from "./errors.js";
import { LAUNCHERS, type Launch, type LauncherName, launches } from "./launchers.js";
import { requireServer } from "./transport.js";

export interface ServerOptions {
  /** How to start the server. By default, the first way that works, or the one in `MOCKSTYTCH_LAUNCHER`. */
  launcher?: LauncherName;
  /** The image for `docker`. By default, `mockstytch`, as the Compose file of the project builds it. */
  image?: string;
  /** Options of `mockstytch serve`: `["--seed", "seed.toml"]`. */
  args?: string[];
  /** Seconds until the start fails. */
  timeout?: number;
}

/** What a server prints when it is ready. */
interface Facts {
  url: string;
  project_id: string;
  secret: string;
}

/** A server in a process of its own. It ends with this process, even if this one crashes: its stdin is closed then. */
export class ServerProcess {
  private constructor(
    readonly url: string,
    readonly projectId: string,
    readonly secret: string,
    /** The command that started it: `python3 -m mockstytch`. */
    readonly startedBy: string,
    private readonly child: ChildProcess,
  ) {}

  /** @throws {MockError} if no server can be started. The message says why, in one sentence. */
  static async start(options: ServerOptions = {}): Promise<ServerProcess> {
    const chosen = options.launcher ?? (process.env.MOCKSTYTCH_LAUNCHER || undefined);
    const names = chosen ? [chosen as LauncherName] : LAUNCHERS;
    if (!names.every((name) => LAUNCHERS.includes(name))) {
      throw new MockError(`There is no launcher ${JSON.stringify(chosen)}: use one of ${LAUNCHERS.join(", ")}.`);
    }
    const absent: string[] = [];
    for (const name of names) {
      for (const launch of await launches(name, options.args ?? [], options.image ?? "")) {
        const started = await ServerProcess.#try(launch, options.timeout ?? 120);
        if (started instanceof ServerProcess) return started;
        absent.push(`${launch.label} (${started})`);
      }
    }
    throw new MockError(
      `No mockstytch server can be started with ${absent.join(", ")}: ` +
        "install the Python package mockstytch, or set MOCKSTYTCH_URL to a server that is running.",
    );
  }

  /** Return the server, or why it isn't installed in this way. */
  static async #try(launch: Launch, timeout: number): Promise<ServerProcess | string> {
    const child = spawn(launch.command, launch.args, { stdio: ["pipe", "pipe", "pipe"] });
    child.stdin.on("error", () => {}); // the process has ended: its exit is reported below
    const outcome = await firstLine(child, timeout);
    if ("line" in outcome) {
      const facts = JSON.parse(outcome.line) as Facts;
      const server = new ServerProcess(launch.url ?? facts.url, facts.project_id, facts.secret, launch.label, child);
      if (launch.url) await requireServer(launch.url, launch.label);
      return server;
    }
    if (outcome.problem === "ENOENT") return "not found";
    const absence = launch.absence(outcome.stderr);
    if (absence) return absence;
    throw new MockError(`${launch.label} didn't start: ${outcome.problem}.`);
  }

  /** Stop the server, and wait until it has ended. */
  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.ref();
    this.child.stdin?.end();
    const killer = setTimeout(() => this.child.kill("SIGKILL"), 10_000);
    await ended;
    clearTimeout(killer);
  }
}

type Outcome = { line: string } | { problem: string; stderr: string };

/** Wait for the line that a server prints when it is ready, or for its end. */
function firstLine(child: ChildProcess, timeout: number): Promise<Outcome> {
  return new Promise((resolve) => {
    let stdout = "";
    let stderr = "";
    let isOver = false;
    const finish = (outcome: Outcome) => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      resolve(outcome);
    };
    const timer = setTimeout(() => {
      child.kill();
      finish({ problem: `it wasn't ready in ${timeout} s`, stderr });
    }, timeout * 1000);
    child.on("error", (error: NodeJS.ErrnoException) => finish({ problem: error.code ?? error.message, stderr }));
    child.on("close", (code) => finish({ problem: lastLine(stderr) || `it ended with code ${code}`, stderr }));
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      stderr = isOver ? "" : stderr + text;
      if (isOver) process.stderr.write(text); // warnings of the running server
    });
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      stdout = isOver ? "" : stdout + text;
      const end = stdout.indexOf("\n");
      if (end < 0) return;
      // The server doesn't keep this process alive.
      child.unref();
      for (const pipe of child.stdio) (pipe as { unref?: () => void } | null)?.unref?.();
      finish({ line: stdout.slice(0, end) });
    });
  });
}

/** Return the last line of an output, without the name of the command in front of it, and without a full stop. */
function lastLine(text: string): string {
  const line = text.trim().split("\n").at(-1) ?? "";
  return line.replace(/^(mockstytch|Error): /, "").replace(/\.$/, "");
}
