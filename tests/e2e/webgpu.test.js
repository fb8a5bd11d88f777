// The ground the other tests stand on: this Chromium computes and paints with WebGPU. Without it everything fails.
import assert from "node:assert/strict";
import { browserTest } from "./harness.js";

// Any page of our origin does; this one is there before the site is.
const PAGE = "/tests/e2e/blank.html";

browserTest("WebGPU has an adapter and computes right numbers", {}, async ({ openPage }) => {
  const page = await openPage(PAGE);
  const squares = await page.evaluate(async () => {
    const adapter = await navigator.gpu?.requestAdapter();
    if (!adapter) throw new Error("no WebGPU adapter");
    const device = await adapter.requestDevice();
    const count = 1000;
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC;
    const result = device.createBuffer({ size: 4 * count, usage });
    const readback = device.createBuffer({ size: 4 * count, usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ });
    const code = `
      @group(0) @binding(0) var<storage, read_write> result: array<u32>;
      @compute @workgroup_size(64) fn square(@builtin(global_invocation_id) id: vec3u) {
        if (id.x < arrayLength(&result)) { result[id.x] = id.x * id.x; }
      }`;
    const pipeline = device.createComputePipeline({ layout: "auto", compute: { module: device.createShaderModule({ code }) } });
    const group = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries: [{ binding: 0, resource: { buffer: result } }] });
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(Math.ceil(count / 64));
    pass.end();
    encoder.copyBufferToBuffer(result, 0, readback, 0, 4 * count);
    device.queue.submit([encoder.finish()]);
    await readback.mapAsync(GPUMapMode.READ);
    return [...new Uint32Array(readback.getMappedRange())];
  });
  assert.deepEqual(squares, Array.from({ length: 1000 }, (_, index) => index * index));
});

browserTest("a WebGPU canvas presents what was painted", {}, async ({ openPage }) => {
  const page = await openPage(PAGE);
  await page.evaluate(async () => {
    const adapter = await navigator.gpu.requestAdapter();
    const device = await adapter?.requestDevice();
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [64, 48];
    document.body.append(canvas);
    const context = canvas.getContext("webgpu");
    if (!device || !context) throw new Error("no WebGPU canvas");
    context.configure({ device, format: navigator.gpu.getPreferredCanvasFormat() });
    const encoder = device.createCommandEncoder();
    const view = context.getCurrentTexture().createView();
    const clearValue = { r: 1, g: 0.5, b: 0, a: 1 };
    encoder.beginRenderPass({ colorAttachments: [{ view, clearValue, loadOp: "clear", storeOp: "store" }] }).end();
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
  });
  const picture = (await page.locator("canvas").screenshot()).toString("base64");
  // The browser decodes its own screenshot, so that no PNG decoder is needed here.
  const centre = await page.evaluate(async (png) => {
    const response = await fetch(`data:image/png;base64,${png}`);
    const bitmap = await createImageBitmap(await response.blob());
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d");
    context?.drawImage(bitmap, 0, 0);
    return [...(context?.getImageData(32, 24, 1, 1).data ?? [])];
  }, picture);
  const expected = [255, 128, 0, 255];
  assert.ok(centre.every((value, channel) => Math.abs(value - expected[channel]) <= 1), `centre pixel ${centre}`);
});

browserTest("a browser without an adapter can be had", { webgpu: "no-adapter" }, async ({ openPage }) => {
  const page = await openPage(PAGE);
  assert.equal(await page.evaluate(() => "gpu" in navigator), true);
  assert.equal(await page.evaluate(async () => (await navigator.gpu.requestAdapter()) === null), true);
});

browserTest("a browser without WebGPU can be had, in workers too", { webgpu: "absent" }, async ({ openPage }) => {
  const page = await openPage(PAGE);
  const inWorker = () =>
    new Promise((resolve) => {
      new Worker("/tests/e2e/has-gpu.worker.js", { type: "module" }).onmessage = (event) => resolve(event.data);
    });
  assert.equal(await page.evaluate(() => "gpu" in navigator), false);
  assert.equal(await page.evaluate(inWorker), false);
});
