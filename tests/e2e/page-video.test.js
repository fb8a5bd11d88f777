// Videos: files and addresses, what is recorded of the canvas, and its stream in a call.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { film } from "./film.js";
import { browserTest } from "./harness.js";
import { ALLOWED, ASTRONAUT, TIMEOUT, framesLater, openWatched, seek, startCamera, trackStates, waitForLive } from "./live-driver.js";
import { openPage, waitForError, waitForState } from "./page-driver.js";

/** @typedef {import("playwright-core").Page} Page */

const GREEN = [0, 177, 64];
/** Three seconds. */
const COLOURS = { width: 160, height: 120, stills: Array.from({ length: 75 }, (_, i) => `hsl(${i * 5} 80% 50%)`), framesEach: 1 };

browserTest("a video plays, pauses, steps and seeks, and its mask follows", {}, async (stage) => {
  const page = await openWatched({ ...stage, query: "?backend=cpu" });
  const source = await film(page, COLOURS);
  await page.locator("#file").setInputFiles(source);
  await waitForLive(page);
  const video = page.locator("live-bar");
  await video.getByRole("button", { name: "Pause" }).click();
  await video.getByRole("button", { name: "Play" }).waitFor();
  assert.ok(await video.getByRole("button", { name: "Mirror" }).isHidden(), "a film is no looking glass");
  for (const share of [0.1, 0.9, 0.3, 0.7, 0.5]) await seek(page, source, share);
  assert.match((await video.locator("output").textContent()) ?? "", /^\d\.\d s$/);
  for (let i = 0; i < 12; i++) {
    const before = await page.evaluate(() => /** @type {any} */ (globalThis).framesTaken);
    await video.getByRole("button", { name: i % 3 === 2 ? "Step back" : "Step on" }).click();
    await page.waitForFunction((before) => /** @type {any} */ (globalThis).framesTaken > before, before);
  }
});

browserTest("what the canvas shows becomes a video file", { browserArgs: ASTRONAUT, context: ALLOWED }, async (stage) => {
  const page = await openWatched({ ...stage, query: "?backend=cpu" });
  await startCamera(page);
  await page.locator("#background").selectOption("green");
  await page.getByRole("button", { name: "Record" }).click();
  await framesLater(page, 10);
  // An encoder takes no frames of another size.
  await page.setViewportSize({ width: 900, height: 600 });
  await framesLater(page, 10);
  const file = await downloaded(page, () => page.getByRole("button", { name: "Finish" }).click());
  const { seconds, corner } = await atEndOf(page, file);
  assert.ok(seconds > 0.2, `${seconds} s`);
  assert.ok(corner.every((value, channel) => Math.abs(value - (GREEN[channel] ?? 0)) <= 12), `the wall is ${corner}`);
  assert.deepEqual(await trackStates(page), ["live"]);
});

browserTest("a video is exported from its beginning to its end, or not at all", {}, async (stage) => {
  const page = await openWatched({ ...stage, query: "?backend=cpu" });
  const source = await film(page, COLOURS);
  await page.locator("#file").setInputFiles(source);
  await waitForLive(page);
  const length = (await atEndOf(page, source.buffer)).seconds;
  const exporting = page.getByRole("button", { name: "Export" });
  await exporting.click();
  await page.getByRole("button", { name: "Discard" }).click();
  await exporting.waitFor();
  const file = await downloaded(page, () => exporting.click());
  const { seconds } = await atEndOf(page, file);
  // Encoder and engine take their time to begin and to end.
  assert.ok(Math.abs(seconds - length) < 0.8, `${seconds} s of ${length} s`);
  await exporting.waitFor();
});

browserTest("the example of a call sends a person before a blurred background", { browserArgs: ASTRONAUT, context: ALLOWED }, async ({ openPage: open }) => {
  const page = await open("/examples/call/");
  await page.getByRole("button").click();
  await page.waitForFunction(() => /^\d+ frames a second|: /.test(document.querySelector("pre")?.textContent ?? ""), null, { timeout: TIMEOUT });
  assert.match((await page.locator("pre").textContent()) ?? "", /^\d+ frames a second$/);
  const [suit, flag] = await page.evaluate(async () => {
    const video = /** @type {HTMLVideoElement} */ (document.querySelector("video"));
    for (;;) {
      await new Promise((resolve) => video.requestVideoFrameCallback(resolve));
      const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
      const context = canvas.getContext("2d");
      context?.drawImage(video, 0, 0);
      const at = (/** @type {number} */ x, /** @type {number} */ y) =>
        Array.from(context?.getImageData(x * canvas.width, y * canvas.height, 1, 1).data ?? []);
      // A canvas is black until its first painting.
      if (at(0.2, 0.7)[0] !== 0) return [at(0.2, 0.7), at(0.06, 0.3)];
    }
  });
  const isNear = (/** @type {number[]} */ seen, /** @type {number[]} */ wanted) => wanted.every((value, c) => Math.abs(value - (seen[c] ?? 0)) <= 30);
  assert.ok(isNear(suit ?? [], [219, 94, 55]), `the suit is ${suit}`);
  // Of a red stripe with hardly any green, beside white ones.
  assert.ok(isNear(flag ?? [], [115, 47, 61]), `the flag is ${flag}`);
});

/**
 * @param {Page} page
 * @param {() => Promise<void>} act
 */
async function downloaded(page, act) {
  const download = page.waitForEvent("download");
  await act();
  return readFile(await (await download).path());
}

/**
 * Goes to the end of a video file: how long that is, and a pixel of the wall in the last frame.
 * @param {Page} page
 * @param {Buffer} file
 */
async function atEndOf(page, file) {
  return page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
    const video = Object.assign(document.createElement("video"), { muted: true, src: URL.createObjectURL(new Blob([bytes])) });
    // An element may say that it has sought before it has the frame.
    const presented = () =>
      new Promise((resolve, reject) => {
        video.requestVideoFrameCallback(resolve);
        video.onerror = () => reject(new Error(video.error?.message));
      });
    await presented();
    const atEnd = presented();
    // Beyond the end is the end, which some files do not tell.
    video.currentTime = 1e6;
    await atEnd;
    const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
    const context = canvas.getContext("2d");
    context?.drawImage(video, 0, 0);
    const pixel = context?.getImageData(Math.round(canvas.width * 0.35), Math.round(canvas.height * 0.2), 1, 1).data ?? [];
    return { seconds: video.currentTime, corner: Array.from(pixel).slice(0, 3) };
  }, file.toString("base64"));
}

browserTest("a video elsewhere plays from its address, typed or pasted", { allow: [/film\.test/] }, async (stage) => {
  const page = await openWatched({ ...stage, query: "?backend=cpu" });
  const { buffer } = await film(page, COLOURS);
  await page.route("https://film.test/**", (route) =>
    route.fulfill({ body: buffer, contentType: "video/webm", headers: { "access-control-allow-origin": "*" } }),
  );
  await page.getByText("open a video by its address").click();
  await page.getByLabel("Address of a video").fill("https://film.test/one.webm");
  await page.getByRole("button", { name: "Open", exact: true }).click();
  await waitForLive(page);
  await page.getByRole("button", { name: "Stop" }).click();
  await waitForState(page, "ready");
  await page.evaluate(() => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", " https://film.test/two.webm\n");
    document.dispatchEvent(new ClipboardEvent("paste", { clipboardData }));
  });
  await waitForLive(page);
  await framesLater(page, 3);
});

browserTest("a video whose site lets no other page read it has its sentence", { allow: [/film\.test/, /ERR_|CORS/] }, async (stage) => {
  const page = await openWatched({ ...stage, query: "?backend=cpu" });
  const { buffer } = await film(page, COLOURS);
  await page.route("https://film.test/**", (route) => 
    route.fulfill({ body: buffer, contentType: "video/webm", headers: { "access-control-allow-origin": "https://friend.test" } }),
  );
  await page.getByText("open a video by its address").click();
  await page.getByLabel("Address of a video").fill("https://film.test/one.webm");
  await page.keyboard.press("Enter");
  await waitForError(page, "video-unreachable");
});

browserTest("a file that is no video has its sentence", { allow: [/ERR_|DEMUXER/] }, async (stage) => {
  const page = await openPage({ ...stage, query: "?backend=cpu" });
  await page.locator("#file").setInputFiles({ name: "film.webm", mimeType: "video/webm", buffer: Buffer.from("no film at all") });
  await waitForError(page, "video-broken");
});
