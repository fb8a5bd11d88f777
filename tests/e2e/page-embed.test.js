// The JavaScript API from a page that is not ours: the example, and what an embedding page may do wrong.
import assert from "node:assert/strict";
import { browserTest } from "./harness.js";

browserTest("the example of the README segments a photo on its own canvas", {}, async ({ openPage }) => {
  const page = await openPage("/examples/embed/");
  await page.waitForFunction(() => /\d ms$|^\S+:/.test(document.querySelector("pre")?.textContent ?? ""), null, { timeout: 90_000 });
  assert.match((await page.locator("pre").textContent()) ?? "", /person \d+\.\d %[^]*in \d+ ms/);
});

for (const backend of ["webgpu", "cpu"]) {
  browserTest(`${backend}: every method of the API does what it says`, { timeout: 240_000 }, (stage) => everyMethod(stage, backend));
}

/** @param {import("./harness.js").Stage} stage @param {string} backend */
async function everyMethod({ openPage }, backend) {
  const page = await openPage("/tests/e2e/blank.html");
  const seen = await page.evaluate(async (backend) => {
    const { Engine } = await import(/** @type {string} */ ("/www/engine.js"));
    const code = (/** @type {Promise<unknown>} */ promise) => promise.then(() => "", (error) => `${error.name} ${error.code}`);
    const unknown = await code(Engine.create({ backend: "abacus" }));
    const engine = await Engine.create({ backend });
    const photo = await createImageBitmap(await (await fetch("/www/samples/coffee.jpg")).blob());
    const early = [await code(engine.segment(photo)), await code(engine.readMask()), await code(engine.loadModel("nothing"))];
    const model = await engine.loadModel("people");
    const outcomes = await Promise.all([1, 2, 3].map(() => code(engine.segment(photo))));
    const stop = new AbortController();
    const aborted = code(engine.segment(photo, { signal: stop.signal }));
    stop.abort();
    const abortedCode = await aborted;
    const canvas = new OffscreenCanvas(100, 80);
    canvas.getContext("2d")?.fillRect(0, 0, 50, 50);
    const drawn = await engine.segment(canvas);
    const frame = new VideoFrame(photo, { timestamp: 0 });
    const filmed = await engine.segment(frame);
    const isFrameOpen = frame.format !== null || frame.codedWidth > 0;
    frame.close();
    const mask = await engine.readMask();
    const scores = [...(await engine.scoresAt(300, 200))];
    const stem = await engine.readLayer("base_net.level1.conv");
    const noLayer = await code(engine.readLayer("nothing"));
    const outside = await code(engine.scoresAt(600, 0));
    const memory = await engine.memory();
    const machine = engine.machine();
    await engine.unloadModel();
    const unloaded = await code(engine.segment(photo));
    await engine.dispose();
    const disposed = await code(engine.memory());
    return {
      unknown, early, outcomes, abortedCode, outside, unloaded, disposed, isFrameOpen, scores, memory, noLayer,
      stem: { shape: [...stem.shape], length: stem.data.length, isFinite: stem.data.every(Number.isFinite) },
      classes: model.classes.map((/** @type {{name: string}} */ { name }) => name),
      drawn: [drawn.width, drawn.height],
      filmed: [filmed.width, filmed.height],
      mask: [mask.width, mask.height, mask.data.length],
      areas: filmed.classes.reduce((/** @type {number} */ sum, /** @type {{pixels: number}} */ { pixels }) => sum + pixels, 0),
      machine: { backend: machine.backend, hasAdapter: machine.adapter !== null, maxSide: engine.maxPictureSide() },
    };
  }, backend);
  assert.equal(seen.unknown, "SegscopeError backend-unavailable");
  assert.deepEqual(seen.early, ["SegscopeError no-model", "SegscopeError no-result", "SegscopeError unknown-model"]);
  assert.deepEqual(seen.classes, ["background", "person"]);
  assert.deepEqual(seen.outcomes, ["", "SegscopeError superseded", ""]);
  assert.equal(seen.abortedCode, "SegscopeError aborted");
  assert.deepEqual([seen.drawn, seen.filmed, seen.mask], [[100, 80], [600, 400], [600, 400, 240_000]]);
  assert.equal(seen.areas, 240_000);
  assert.ok(seen.isFrameOpen, "the caller's frame is still open");
  assert.equal(seen.scores.length, 2);
  assert.ok(Math.abs(seen.scores[0] + seen.scores[1] - 1) < 1e-3, `${seen.scores}`);
  // 600 x 400 becomes 480 x 320, and the stem halves that.
  assert.deepEqual(seen.stem, { shape: [1, 32, 160, 240], length: 32 * 160 * 240, isFinite: true });
  assert.equal(seen.noLayer, "SegscopeError no-such-layer");
  assert.equal(seen.outside, "SegscopeError out-of-range");
  assert.equal(seen.memory.gpuBytes > 0, backend === "webgpu");
  assert.ok(seen.memory.wasmBytes > 0);
  assert.deepEqual(seen.machine, { backend, hasAdapter: backend === "webgpu", maxSide: 8192 });
  assert.equal(seen.unloaded, "SegscopeError no-model");
  assert.equal(seen.disposed, "SegscopeError aborted");
}
