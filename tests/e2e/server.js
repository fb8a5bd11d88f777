// The driver's web server: the one `cargo xtask test` has started, else one of our own.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** @type {(() => void) | undefined} */
let stop;
/** @type {Promise<string> | undefined} */
let running;

/**
 * The origin that serves the repository's root, as `http://127.0.0.1:PORT`.
 * @returns {Promise<string>}
 */
export function serverOrigin() {
  running ??= process.env.SEGSCOPE_ORIGIN ? Promise.resolve(process.env.SEGSCOPE_ORIGIN) : start();
  return running;
}

export function stopServer() {
  stop?.();
  stop = running = undefined;
}

/** @returns {Promise<string>} */
function start() {
  return new Promise((resolve, reject) => {
    const server = spawn("cargo", ["xtask", "serve", "--no-build", "--port", "0"], {
      cwd: import.meta.dirname,
      stdio: ["ignore", "pipe", "inherit"],
    });
    stop = () => server.kill();
    server.on("error", reject);
    server.on("exit", (code) => reject(new Error(`cargo xtask serve ended (${code})`)));
    createInterface(server.stdout).on("line", (line) => {
      const origin = /^serving (\S+)$/.exec(line)?.[1];
      if (origin) resolve(origin);
    });
  });
}
