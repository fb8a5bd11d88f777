// Counts what a live picture makes, and what it gives back: video frames, and the GPU's objects.

/** Frames made by the page, and those closed by it or by the worker they moved to; GPU objects by the call that makes them. */
/** @typedef {{made: number, closed: number, gpuObjects: Record<string, number>}} Counts */

/** For the page and the worker alike: both make and close frames. */
const COUNT_FRAMES = `
  globalThis.frameCount = { made: 0, closed: 0 };
  {
    const { clone, close } = VideoFrame.prototype;
    VideoFrame.prototype.clone = function () { frameCount.made += 1; return clone.call(this); };
    // One that was closed, or moved to the worker, has no size any more.
    VideoFrame.prototype.close = function () { if (this.codedWidth > 0) frameCount.closed += 1; close.call(this); };
    globalThis.VideoFrame = new Proxy(VideoFrame, {
      construct(...call) { frameCount.made += 1; return Reflect.construct(...call); },
    });
  }
`;

/** A frame's command encoder, and the view of the canvas's texture, are new by nature; nothing else is. */
const COUNT_GPU_OBJECTS = `
  globalThis.gpuObjects = {};
  if (globalThis.GPUDevice) for (const name of Object.getOwnPropertyNames(GPUDevice.prototype)) {
    if (!/^(create|import)/.test(name) || name === "createCommandEncoder") continue;
    const make = GPUDevice.prototype[name];
    GPUDevice.prototype[name] = function (...args) { gpuObjects[name] = (gpuObjects[name] ?? 0) + 1; return make.apply(this, args); };
  }
`;

/**
 * Counts in all pages and engines of the context that start from now on.
 * @param {import("playwright-core").BrowserContext} context
 */
export async function countFrames(context) {
  // A blank page has no frames.
  await context.addInitScript(`if (globalThis.VideoFrame) {${COUNT_FRAMES}}`);
  await context.route("**/www/worker.js", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: COUNT_FRAMES + COUNT_GPU_OBJECTS + (await response.text()) });
  });
}

/**
 * The counts so far, of a page and its one engine.
 * @param {import("playwright-core").Page} page
 * @returns {Promise<Counts>}
 */
export async function frameCounts(page) {
  const engine = page.workers().find((worker) => worker.url().endsWith("/www/worker.js"));
  if (!engine) throw new Error("the page has no engine");
  const here = await page.evaluate(() => /** @type {any} */ (globalThis).frameCount);
  const there = await engine.evaluate(() => ({ .../** @type {any} */ (globalThis).frameCount, gpuObjects: /** @type {any} */ (globalThis).gpuObjects }));
  return { made: here.made + there.made, closed: here.closed + there.closed, gpuObjects: there.gpuObjects };
}
