// A plain static host, as a school or a person has it: files and nothing else, no headers for threads.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join } from "node:path";

/** What any host knows. @type {Record<string, string>} */
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".json": "application/json", ".wasm": "application/wasm" };

/**
 * @param {string} folder
 * @returns {Promise<{origin: string, stop: () => void}>}
 */
export function startHost(folder) {
  return new Promise((resolve) => {
    const host = createServer(async ({ url = "/" }, response) => {
      const { pathname } = new URL(url, "http://host");
      const path = pathname.endsWith("/") ? `${pathname}index.html` : pathname;
      try {
        const body = await readFile(join(folder, path));
        response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "application/octet-stream" }).end(body);
      } catch {
        response.writeHead(404).end();
      }
    });
    host.listen(0, "127.0.0.1", () => {
      const { port } = /** @type {import("node:net").AddressInfo} */ (host.address());
      const stop = () => {
        host.close();
        host.closeAllConnections();
      };
      resolve({ origin: `http://127.0.0.1:${port}`, stop });
    });
  });
}
