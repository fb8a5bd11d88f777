// The browser, and pages in it that hold an engine.
import { launch } from "../tests/e2e/browser.js";

/** @typedef {Awaited<ReturnType<typeof launch>>} Browser */
/** @typedef {Awaited<ReturnType<Browser["newPage"]>>} Page */

/** A browser with an empty profile. */
export function freshBrowser() {
  return launch("on", []);
}

/**
 * @param {Browser} browser
 * @param {string} origin
 * @param {import("./engines.js").Engine} engine
 * @param {{model: string, size: number, first: boolean}} what
 * @param {(url: URL) => void} [onRequest]
 */
export async function openEngine(browser, origin, { module, backend, threads }, { model, size, first }, onRequest) {
  const page = await browser.newPage();
  page.on("console", (message) => {
    if (message.type() === "error") console.error(`  ${module}: ${message.text()}`);
  });
  page.on("request", (request) => onRequest?.(new URL(request.url())));
  /** @type {import("./page.js").Job} */
  const job = { module, backend, threads, model: `/bench/pkg/models/${model}-${size}`, size, first };
  await page.goto(`${origin}/bench/page.html?job=${encodeURIComponent(JSON.stringify(job))}`);
  return page;
}

// What takes longer than this is taken to hang.
const PATIENCE_S = 300;

/**
 * What the promise gives, or an error if it takes too long.
 * @template T
 * @param {Promise<T>} promise
 * @returns {Promise<T>}
 */
export async function patiently(promise) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${PATIENCE_S} s`)), PATIENCE_S * 1000);
  });
  // A page that is closed because it was late rejects what nobody waits for any more.
  promise.catch(() => {});
  try {
    return /** @type {T} */ (await Promise.race([promise, late]));
  } finally {
    clearTimeout(timer);
  }
}

/** The first line of what went wrong. @param {unknown} error */
export const reason = (error) => String(error instanceof Error ? error.message : error).split("\n")[0];
