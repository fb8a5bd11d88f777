// A live picture that goes on holds what it held at first: the short version of cargo xtask soak.
import assert from "node:assert/strict";
import { complaints, growth } from "../../bench/live/flat.js";
import { soak } from "../../bench/live/soak.js";
import { cameraShowing } from "./fake-camera.js";
import { countFrames } from "./frame-count.js";
import { browserTest } from "./harness.js";
import { samplePath } from "./page-driver.js";

const CAMERA = await cameraShowing(samplePath("astronaut.jpg"), "soak", { width: 640, height: 480 });
/** The smallest input there is. */
const SIZE = 64;
/** After the warm-up; a software GPU shows five a second. */
const FRAMES = { cpu: 120, webgpu: 50 };

for (const backend of /** @type {const} */ (["cpu", "webgpu"])) {
  browserTest(`${backend}: a live picture that goes on holds no more, and closes its frames`, { browserArgs: CAMERA, context: { permissions: ["camera"] } }, async (stage) => {
    await countFrames(stage.context);
    const page = await stage.openPage("/bench/live/page.html");
    const samples = await soak(page, { backend, model: "people", size: SIZE, frames: FRAMES[backend] });
    assert.deepEqual(complaints(samples), [], growth(samples));
  });
}
