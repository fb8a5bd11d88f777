// Compares live pictures in Chromium; `cargo xtask bench live` starts this with everything in place.
import { writeFile } from "node:fs/promises";
import { loadavg } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { launch } from "../../tests/e2e/browser.js";
import { CAMERA_RATE, cameraShowing } from "../../tests/e2e/fake-camera.js";
import { describeMachine } from "../machine.js";
import { towardsAim } from "./aim.js";
import { figures } from "./figures.js";
import { measure } from "./measure.js";
import { ratios } from "./ratios.js";
import { forScripts, markdown } from "./report.js";
import { WAYS } from "./ways.js";

/**
 * @typedef {object} Options
 * @property {string} origin of the driver's server
 * @property {string} command as it was typed
 * @property {string} model
 * @property {number[]} sizes
 * @property {string[]} ways
 * @property {number} frames of each way
 * @property {number} cap_s seconds after which a way gets no more frames of one size
 * @property {string | undefined} write the file that gets the tables
 * @property {boolean} json
 *
 * @typedef {import("./ways.js").Way & import("./figures.js").Figures & {size: number}} Row
 *
 * @typedef {object} Result
 * @property {Options} options
 * @property {import("../machine.js").Machine} machine
 * @property {number} load of the machine in the minute before: programs that wanted to run
 * @property {{width: number, height: number, rate: number}} camera
 * @property {number} side of the square that the page gets of it
 * @property {Row[]} rows
 * @property {import("./ratios.js").Ratios[]} ratios
 * @property {ReturnType<typeof towardsAim>} aim
 * @property {string[]} notes what was left out, and why
 */

const PHOTO = join(import.meta.dirname, "../../www/samples/astronaut.jpg");
const CAMERA = { width: 640, height: 480 };

const options = readOptions();
const load = loadavg()[0];
const ways = WAYS.filter(({ id }) => options.ways.includes(id));
const machine = await describeMachine(options.origin);
/** @type {Row[]} */
const rows = [];
/** @type {string[]} */
const notes = [];
const camera = await cameraShowing(PHOTO, "bench-live", CAMERA);
// The processor's ways run as on a machine without a GPU, where frames lie in memory; each is compared within its own browser.
for (const [webgpu, isGpu] of /** @type {const} */ ([["on", true], ["no-adapter", false]])) {
  const group = ways.filter(({ backend }) => (backend === "webgpu") === isGpu);
  if (group.length === 0) continue;
  const browser = await launch(webgpu, camera);
  try {
    for (const size of options.sizes) await compare(browser, group, size);
  } finally {
    await browser.close();
  }
}

/** @type {Result} */
const result = {
  options, machine, load, camera: { ...CAMERA, rate: CAMERA_RATE }, side: CAMERA.height, rows, ratios: ratios(rows), aim: towardsAim(rows), notes,
};
const text = markdown(result);
console.log(text);
if (options.write) await writeFile(options.write, text);
if (options.json) console.log(forScripts(result));

/**
 * @param {import("playwright-core").Browser} browser
 * @param {import("./ways.js").Way[]} group
 * @param {number} size
 */
async function compare(browser, group, size) {
  console.error(`${options.model} at ${size}: ${group.map(({ id }) => id).join(", ")}`);
  const context = await browser.newContext({ baseURL: options.origin, permissions: ["camera"] });
  const page = await context.newPage();
  page.on("console", (message) => {
    if (message.type() === "error") console.error(`  ${message.text()}`);
  });
  await page.goto("/bench/live/page.html");
  await page.waitForFunction("window.live");
  const measured = await measure(page, group, size, options);
  for (const way of group) {
    const { turns = [], problem = null } = measured.get(way.id) ?? {};
    rows.push({ ...way, size, ...figures(turns) });
    if (problem) notes.push(`${way.title}, at ${size}: ${problem}`);
  }
  await context.close();
}

/** Of the driver, which documents them: xtask/src/bench_live.rs. @returns {Options} */
function readOptions() {
  const { values } = parseArgs({
    options: {
      command: { type: "string" },
      model: { type: "string" },
      sizes: { type: "string" },
      ways: { type: "string" },
      frames: { type: "string" },
      cap: { type: "string" },
      write: { type: "string" },
      json: { type: "boolean" },
    },
  });
  return {
    origin: process.env.SEGSCOPE_ORIGIN ?? "",
    command: values.command ?? "",
    model: values.model ?? "",
    sizes: (values.sizes ?? "").split(",").map(Number),
    ways: (values.ways ?? "").split(","),
    frames: Number(values.frames),
    cap_s: Number(values.cap),
    write: values.write,
    json: values.json ?? false,
  };
}
