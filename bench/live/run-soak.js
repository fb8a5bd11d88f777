// Leaves a live picture on in Chromium; `cargo xtask soak` starts this with everything in place.
import { join } from "node:path";
import { parseArgs } from "node:util";
import { launch } from "../../tests/e2e/browser.js";
import { cameraShowing } from "../../tests/e2e/fake-camera.js";
import { countFrames } from "../../tests/e2e/frame-count.js";
import { complaints, growth } from "./flat.js";
import { soak } from "./soak.js";

const PHOTO = join(import.meta.dirname, "../../www/samples/astronaut.jpg");
/** Of progress on standard error. */
const STEP = 1000;

const { values } = parseArgs({ options: { frames: { type: "string" }, backend: { type: "string" }, side: { type: "string" }, model: { type: "string" } } });
const { model = "people" } = values;
const [frames, size] = [Number(values.frames), Number(values.side)];
const backend = values.backend === "webgpu" ? "webgpu" : "cpu";

const browser = await launch("on", await cameraShowing(PHOTO, "soak", { width: 640, height: 480 }));
try {
  const context = await browser.newContext({ baseURL: process.env.SEGSCOPE_ORIGIN, permissions: ["camera"] });
  await countFrames(context);
  const page = await context.newPage();
  await page.goto("/bench/live/page.html");
  let told = 0;
  const onTurn = (/** @type {number} */ shown) => {
    if (shown < told + STEP) return;
    told = shown;
    console.error(`${shown} frames`);
  };
  const start = performance.now();
  const samples = await soak(page, { backend, model, size, frames, onTurn });
  const seconds = (performance.now() - start) / 1000;
  console.log(`${model} at ${size} on ${backend === "webgpu" ? "WebGPU" : "the CPU"}, ${frames} frames in ${seconds.toFixed(0)} s\n`);
  console.log(growth(samples));
  const found = complaints(samples);
  for (const complaint of found) console.error(complaint);
  process.exitCode = found.length > 0 ? 1 : 0;
} finally {
  await browser.close();
}
