// Chromium for the tests, with WebGPU on whatever adapter the machine has; in headless Linux that is the software one.
import { chromium } from "playwright-core";

const QUIET = [
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

// Without the Vulkan ones a canvas cannot present: the device is lost, or the canvas reads back blank.
const SOFTWARE_GPU = [
  "--use-gl=angle",
  "--use-angle=swiftshader",
  "--enable-features=Vulkan",
  "--use-vulkan=swiftshader",
  "--ignore-gpu-blocklist",
];

/**
 * What the browser offers: `on` = WebGPU works; `no-adapter` = `navigator.gpu` is there but has no adapter;
 * `absent` = there is no `navigator.gpu`, as in an old browser.
 * @typedef {"on" | "no-adapter" | "absent"} WebGpu
 */

/** @type {Record<WebGpu, string[]>} */
const WEBGPU = {
  on: ["--enable-unsafe-webgpu", ...(process.platform === "linux" ? SOFTWARE_GPU : [])],
  "no-adapter": ["--disable-gpu", "--disable-software-rasterizer"],
  absent: [],
};

/**
 * Starts Chromium; every context in it begins with an empty profile.
 * @param {WebGpu} webgpu
 * @param {string[]} extraArgs
 */
export function launch(webgpu, extraArgs) {
  const executablePath = process.env.SEGSCOPE_CHROMIUM;
  return chromium.launch({
    // Without a path: playwright's own download, the whole browser rather than its headless shell.
    ...(executablePath ? { executablePath } : { channel: "chromium" }),
    args: [...QUIET, ...WEBGPU[webgpu], ...extraArgs],
  });
}

// No switch of Chromium removes `navigator.gpu`, so it is removed before a script of ours looks.
const REMOVE = "delete globalThis.Navigator?.prototype.gpu; delete globalThis.WorkerNavigator?.prototype.gpu;";

/**
 * Makes a context's pages and workers those of a browser without WebGPU.
 * @param {import("playwright-core").BrowserContext} context
 */
export async function removeWebGpu(context) {
  await context.addInitScript(REMOVE);
  await context.route("**/*.js", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: REMOVE + (await response.text()) });
  });
}
