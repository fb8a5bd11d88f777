// One wrong thing at a time: each has its code and a sentence, and the last good picture stays.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { browserTest, onEveryBackend } from "./harness.js";
import { exportMask, givePhoto, openPage, samplePath, segmentPhoto, waitForError, waitForState } from "./page-driver.js";
import { greyPng } from "./png.js";

/** @param {string} name @param {Buffer} buffer */
const file = (name, buffer) => ({ name, mimeType: "image/jpeg", buffer });

/** @param {string} brand of an ISO media file */
const isoFile = (brand) => Buffer.concat([Buffer.from([0, 0, 0, 16]), Buffer.from(`ftyp${brand}\0\0\0\0`, "latin1")]);

onEveryBackend("a bad picture gets its code, and the last good one stays", { timeout: 240_000 }, async (stage) => {
  const jpeg = await readFile(samplePath("coffee.jpg"));
  const png = greyPng(40, 30);
  const gif = Buffer.from("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7", "base64");
  /** @type {[string, Buffer, string][]} */
  const cases = [
    ["zero bytes", Buffer.alloc(0), "image-empty"],
    ["a text", Buffer.from("Dear photo, where are you?"), "not-an-image"],
    ["zeros", Buffer.alloc(4096), "not-an-image"],
    ["half a JPEG file", jpeg.subarray(0, jpeg.length / 2), "image-truncated"],
    ["a JPEG file without its last byte", jpeg.subarray(0, -1), "image-truncated"],
    ["a JPEG file of a few bytes", jpeg.subarray(0, 5), "image-truncated"],
    ["half a PNG file", png.subarray(0, png.length - 20), "image-truncated"],
    ["a PNG file with a damaged header", Buffer.concat([png.subarray(0, 18), Buffer.from([0xff, 0xff]), png.subarray(20)]), "image-broken"],
    ["a GIF file without its end", gif.subarray(0, -1), "image-truncated"],
    ["1 x 1 pixels", greyPng(1, 1), "image-too-small"],
    ["300 x 4 pixels", greyPng(300, 4), "image-too-small"],
    ["HEIC", isoFile("heic"), "image-unsupported"],
    ["a film", isoFile("isom"), "image-unsupported"],
    ["TIFF", Buffer.from("II*\0\x08\0\0\0\0\0", "latin1"), "image-unsupported"],
    ["PDF", Buffer.from("%PDF-1.7\n"), "image-unsupported"],
    ["SVG", Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), "image-unsupported"],
  ];
  const page = await openPage(stage);
  await segmentPhoto(page, samplePath("astronaut.jpg"));
  const before = await exportMask(page);
  for (const [what, buffer, code] of cases) {
    await givePhoto(page, file(`${what}.jpg`, buffer));
    await waitForError(page, code).catch((error) => assert.fail(`${what}: ${error.message}`));
  }
  const after = await exportMask(page);
  assert.deepEqual([after.width, after.height], [512, 512]);
  assert.ok(Buffer.from(after.data).equals(Buffer.from(before.data)), "the last good mask");
  await segmentPhoto(page, samplePath("coffee.jpg"));
  assert.equal(await page.locator("message-bar").isVisible(), false);
});

onEveryBackend("a picture of 12,000 x 9,000 pixels has a mask of that size", { timeout: 600_000 }, async (stage) => {
  const page = await openPage(stage);
  await givePhoto(page, { name: "huge.png", mimeType: "image/png", buffer: greyPng(12_000, 9_000) });
  // A software GPU classifies a hundred million pixels on one core.
  await waitForState(page, "done", 400_000);
  const mask = await exportMask(page);
  assert.deepEqual([mask.width, mask.height], [12_000, 9_000]);
});

onEveryBackend("of an animated picture the first frame is used, and the page says so", {}, async (stage) => {
  const page = await openPage(stage);
  await segmentPhoto(page, { name: "moving.png", mimeType: "image/png", buffer: greyPng(64, 48, { frames: 2 }) });
  assert.match((await page.locator("#note").textContent()) ?? "", /first frame/);
  await segmentPhoto(page, { name: "still.png", mimeType: "image/png", buffer: greyPng(64, 48) });
  assert.equal(await page.locator("#note").textContent(), "");
});

browserTest("who insists on a GPU where the browser has no WebGPU hears what to do", { webgpu: "absent" }, async ({ openPage: open }) => {
  await waitForError(await open("/?backend=webgpu"), "no-webgpu");
});

browserTest("who insists on a GPU where there is none hears what to do", { webgpu: "no-adapter" }, async ({ openPage: open }) => {
  await waitForError(await open("/?backend=webgpu"), "no-adapter");
});

onEveryBackend("a dropped model file that is none gets its code; the model in use goes on", {}, async (stage) => {
  const page = await openPage(stage);
  await segmentPhoto(page, samplePath("coffee.jpg"));
  const header = Buffer.alloc(8);
  header.writeBigUInt64LE(1_000_000n);
  /** @type {[string, Buffer, string][]} */
  const cases = [
    ["short.safetensors", header, "model-truncated"],
    ["text.safetensors", Buffer.concat([Buffer.from([9, 0, 0, 0, 0, 0, 0, 0]), Buffer.from("not json!")]), "model-invalid"],
    ["unknown.pth", Buffer.from("PK\x03\x04 some other network", "latin1"), "model-invalid"],
    ["unknown.onnx", Buffer.from("some other network"), "model-invalid"],
  ];
  for (const [name, buffer, code] of cases) {
    await page.evaluate(() => delete document.documentElement.dataset.state);
    await page.locator(".model-file").setInputFiles({ name, mimeType: "application/octet-stream", buffer });
    await waitForError(page, code).catch((error) => assert.fail(`${name}: ${error.message}`));
  }
  await segmentPhoto(page, samplePath("astronaut.jpg"));
  assert.equal((await exportMask(page)).width, 512);
});

onEveryBackend("a model that cannot be fetched says why; trying again goes on with the photo", { allow: [/people\.safetensors/] }, async (stage) => {
  const page = await openPage(stage);
  const address = "**/models/people.safetensors";
  /** @type {[string, (route: import("playwright-core").Route) => Promise<void>][]} */
  const faults = [
    ["offline", (route) => route.abort("internetdisconnected")],
    ["download-failed", (route) => route.fulfill({ status: 503, body: "" })],
    ["hash-mismatch", (route) => route.fulfill({ status: 200, body: "<h1>Sign in to this network</h1>" })],
  ];
  for (const [code, fault] of faults) {
    await page.route(address, fault);
    await givePhoto(page, samplePath("coffee.jpg"));
    await waitForError(page, code);
    await page.unroute(address);
  }
  assert.equal(await page.locator("kept-models li").count(), 0, "no wrong answer is kept");
  await page.getByRole("button", { name: "Try again" }).click();
  await waitForState(page, "done");
  assert.equal((await exportMask(page)).width, 600);
});

onEveryBackend("with a full disk the model runs and the page says that it was not kept", {}, async (stage) => {
  const page = await openPage(stage);
  const protocol = await stage.context.newCDPSession(page);
  await protocol.send("Storage.overrideQuotaForOrigin", { origin: new URL(page.url()).origin, quotaSize: 1000 });
  await segmentPhoto(page, samplePath("coffee.jpg"));
  assert.equal(await page.evaluate(() => document.documentElement.dataset.error), "storage-full");
  assert.equal(await page.locator("message-bar").isVisible(), true);
  assert.equal(await page.locator("kept-models li").count(), 0);
});
