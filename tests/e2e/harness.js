// What every browser test stands on: a page of ours in a real Chromium, where anything unexpected is a failure.
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { after, test } from "node:test";
import { launch, removeWebGpu } from "./browser.js";
import { serverOrigin, stopServer } from "./server.js";

/**
 * @typedef {import("playwright-core").Page} Page
 * @typedef {import("playwright-core").Browser} Browser
 * @typedef {import("playwright-core").BrowserContextOptions} BrowserContextOptions
 *
 * @typedef {object} Options
 * @property {import("./browser.js").WebGpu} [webgpu] `on` unless a test is about its absence
 * @property {string[]} [browserArgs] more switches for Chromium, such as those of a fake camera
 * @property {BrowserContextOptions} [context] viewport, colour scheme, touch, ...
 * @property {RegExp[]} [allow] complaints that belong to the test: console errors, exceptions, requests elsewhere
 * @property {number} [timeout] milliseconds for the whole test; 120,000 unless stated
 * @property {string | false} [skip] why this machine cannot run the test, such as data that is not there
 * @property {() => Promise<Place>} [place] another than the repository on our server
 *
 * @typedef {object} Place where a test's pages come from
 * @property {string} base the address that paths are below
 * @property {(context: import("playwright-core").BrowserContext) => Promise<void>} enter before the test's body
 * @property {() => void} leave after it
 *
 * @typedef {object} Stage
 * @property {(path: string) => Promise<Page>} openPage a path below the repository's root, in the test's own context; without a slash at its begin
 *   it is below any place
 * @property {import("playwright-core").BrowserContext} context
 * @property {string} query what the page's address ends with
 */

const PICTURES = join(import.meta.dirname, "../../target/e2e");

/** Browsers of this file, by what they were started with: starting one costs more than most tests. */
/** @type {Map<string, Promise<Browser>>} */
const browsers = new Map();

after(async () => {
  try {
    for (const browser of browsers.values()) await (await browser).close();
  } finally {
    // One that could not be started fails here too; the server would keep this process alive.
    stopServer();
  }
});

/** The ways the page can run: on either backend where both can be had, the CPU with threads, and as a browser with neither. */
const WAYS = /** @type {const} */ ({
  webgpu: { query: "?backend=webgpu", webgpu: "on" },
  cpu: { query: "?backend=cpu", webgpu: "on" },
  "no WebGPU": { query: "?threads=1", webgpu: "absent" },
});

/**
 * A test of the page that must pass whatever the network runs on; `stage.query` chooses it.
 * @param {string} name
 * @param {Options} options
 * @param {(stage: Stage) => Promise<void>} body
 */
export function onEveryBackend(name, options, body) {
  for (const [way, { query, webgpu }] of Object.entries(WAYS)) {
    browserTest(`${way}: ${name}`, { ...options, webgpu }, (stage) => body({ ...stage, query }));
  }
}

/** The repository. @returns {Promise<Place>} */
const served = async () => ({ base: await serverOrigin(), enter: async () => {}, leave() {} });

/**
 * A test in a browser context of its own, so that nothing stored by one test is seen by another. It fails if its body
 * does, or if a page complained: console error, uncaught exception, crash, request to another origin. Failed tests
 * leave screenshots in target/e2e.
 * @param {string} name
 * @param {Options} options
 * @param {(stage: Stage) => Promise<void>} body
 */
export function browserTest(name, options, body) {
  const { webgpu = "on", browserArgs = [], context: contextOptions, allow = [], timeout = 120_000, skip = false, place = served } = options;
  test(name, { timeout, skip }, async () => {
    const browser = await startedBrowser(webgpu, browserArgs);
    const { base, enter, leave } = await place();
    const context = await browser.newContext({ baseURL: base, ...contextOptions });
    if (webgpu === "absent") await removeWebGpu(context);
    /** @type {string[]} */
    const complaints = [];
    context.on("page", (page) => listen(page, new URL(base).origin, complaints));
    try {
      await enter(context);
      await body({
        context,
        query: "",
        openPage: async (path) => {
          const page = await context.newPage();
          await page.goto(path);
          return page;
        },
      });
      const unexpected = complaints.filter((text) => !allow.some((pattern) => pattern.test(text)));
      assert.deepEqual(unexpected, [], "the page complained");
    } catch (error) {
      await takePictures(name, context.pages());
      // Often the reason why the body saw nothing.
      if (complaints.length > 0) console.error(`${name}: complaints of the page:\n  ${complaints.join("\n  ")}`);
      throw error;
    } finally {
      await context.close();
      leave();
    }
  });
}

/**
 * @param {import("./browser.js").WebGpu} webgpu
 * @param {string[]} browserArgs
 */
function startedBrowser(webgpu, browserArgs) {
  const key = [webgpu, ...browserArgs].join(" ");
  const browser = browsers.get(key) ?? launch(webgpu, browserArgs);
  browsers.set(key, browser);
  return browser;
}

/**
 * @param {Page} page
 * @param {string} origin
 * @param {string[]} complaints
 */
function listen(page, origin, complaints) {
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(`console error: ${message.text()} (${message.location().url})`);
  });
  page.on("pageerror", (error) => complaints.push(`exception: ${error.stack ?? error}`));
  page.on("crash", () => complaints.push("the page crashed"));
  page.on("request", (request) => {
    const url = new URL(request.url());
    const ours = url.origin === origin || ["blob:", "data:"].includes(url.protocol);
    if (!ours) complaints.push(`request elsewhere: ${request.url()}`);
  });
}

/**
 * @param {string} name
 * @param {Page[]} pages
 */
async function takePictures(name, pages) {
  await mkdir(PICTURES, { recursive: true });
  for (const [index, page] of pages.entries()) {
    const path = join(PICTURES, `${name.replace(/\W+/g, "-")}-${index}.png`);
    try {
      await page.screenshot({ path, timeout: 10_000 });
      console.error(`${name}: screenshot ${path}`);
    } catch (error) {
      // A page that hangs gives no picture; the test's own error says more.
      console.error(`${name}: no screenshot (${error})`);
    }
  }
}
