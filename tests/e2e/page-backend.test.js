// Which backend runs, why, and how a visitor changes that.
import assert from "node:assert/strict";
import { browserTest } from "./harness.js";
import { exportFile, exportMask, openPage, samplePath, segmentPhoto, waitForState } from "./page-driver.js";

/** @param {import("./page-driver.js").Page} page @returns {Promise<string>} */
const panel = async (page) => (await page.locator("machine-panel").textContent()) ?? "";

/** @param {import("./page-driver.js").Page} page */
async function usedBackend(page) {
  return JSON.parse((await exportFile(page, "json")).toString()).backend;
}

browserTest("auto races both backends once, says so, and remembers", {}, async (stage) => {
  const page = await openPage(stage);
  await segmentPhoto(page, samplePath("coffee.jpg"));
  const first = await panel(page);
  for (const name of ["Processor", "GPU"]) {
    assert.match(first, new RegExp(`${name}: [\\d,]+ ms at 128 × 128; self-test of \\d{3} steps passed`));
  }
  // What a software GPU computes on this processor, this processor computes faster.
  assert.equal(await usedBackend(page), "cpu");
  await page.reload();
  await waitForState(page, "ready");
  await segmentPhoto(page, samplePath("coffee.jpg"));
  const times = /Processor: .*? passed/s;
  assert.equal((await panel(page)).match(times)?.[0], first.match(times)?.[0], "the same race, not another");
});

browserTest("the switch changes the backend and keeps photo, model and mask", { timeout: 240_000 }, async (stage) => {
  const page = await openPage({ ...stage, query: "?backend=cpu" });
  await segmentPhoto(page, samplePath("astronaut.jpg"));
  const onCpu = await exportMask(page);
  await page.evaluate(() => delete document.documentElement.dataset.state);
  await page.locator("machine-panel select").selectOption("webgpu");
  await waitForState(page, "done");
  assert.equal(await usedBackend(page), "webgpu");
  assert.match(await panel(page), /Runs on the GPU/);
  const onGpu = await exportMask(page);
  const same = onCpu.data.filter((id, at) => id === onGpu.data[at]).length / onCpu.data.length;
  assert.ok(same >= 0.999, `the same class on ${same} of pixels`);
  // The worker of the export may not be gone yet.
  const workers = page.workers().map((worker) => new URL(worker.url()).pathname).filter((path) => path !== "/www/files-worker.js");
  assert.deepEqual(workers, ["/www/worker.js"], "the old engine is gone, with its threads");
});

browserTest("products in int8 keep the mask and are told", { timeout: 240_000 }, async (stage) => {
  const exact = await openPage({ ...stage, query: "?backend=webgpu&activations=f32" });
  await segmentPhoto(exact, samplePath("astronaut.jpg"));
  assert.match(await panel(exact), /Runs on the GPU: .*, in f32\./);
  const mask = await exportMask(exact);
  await exact.close();
  const rounded = await openPage({ ...stage, query: "?backend=webgpu&activations=int8" });
  await segmentPhoto(rounded, samplePath("astronaut.jpg"));
  assert.match(await panel(rounded), /Runs on the GPU: .*, products in int8\./);
  const other = await exportMask(rounded);
  const same = mask.data.filter((id, at) => id === other.data[at]).length / mask.data.length;
  console.log(`the same class in f32 and int8 on ${(same * 100).toFixed(2)} % of pixels`);
  assert.ok(same >= 0.98 && same < 1, `the same class on ${same} of pixels`);
});

browserTest("without WebGPU the page says why it runs on the processor", { webgpu: "absent" }, async (stage) => {
  const page = await openPage(stage);
  await segmentPhoto(page, samplePath("coffee.jpg"));
  assert.match(await panel(page), /Runs on (\d threads of )?the processor, since this browser has no WebGPU\./);
});

/** Makes the GPU add biases with the wrong sign, as a broken driver might. */
const PLANT_WRONG_KERNEL = `
  const { createShaderModule } = GPUDevice.prototype;
  GPUDevice.prototype.createShaderModule = function (descriptor) {
    return createShaderModule.call(this, { ...descriptor, code: descriptor.code.replace("+ parameter(u.bias", "- parameter(u.bias") });
  };
`;

browserTest("a planted wrong kernel is caught by the self-test and routed around", { timeout: 240_000 }, async (stage) => {
  await stage.context.route("**/www/worker.js", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: PLANT_WRONG_KERNEL + (await response.text()) });
  });
  const page = await openPage(stage);
  await segmentPhoto(page, samplePath("coffee.jpg"));
  assert.match(await panel(page), /GPU: not used, wrong numbers from layer \S+ on/);
  assert.match(await panel(page), /Processor: [\d,]+ ms at/);
  assert.equal(await usedBackend(page), "cpu");
});
