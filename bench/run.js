// Runs the benchmark in Chromium; `cargo xtask bench` starts this with everything in place.
import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { downloads } from "./downloads.js";
import { ENGINES } from "./engines.js";
import { measureFirst } from "./first.js";
import { describeMachine } from "./machine.js";
import { ratios } from "./ratios.js";
import { forScripts, markdown } from "./report.js";
import { measureSteady } from "./steady.js";

/**
 * @typedef {object} Options
 * @property {string} origin of the driver's server
 * @property {string} command as it was typed
 * @property {string[]} models
 * @property {number[]} sizes
 * @property {boolean} choose_sizes whether a software adapter gets the smaller sizes only
 * @property {string[]} engines
 * @property {number} rounds frames of each engine
 * @property {number} cold first masks of each engine
 * @property {number} cap_s seconds after which one engine gets no more runs of one model and size
 * @property {string | undefined} write the file that gets the tables
 * @property {boolean} json
 *
 * One engine with one model at one size; times in milliseconds.
 * @typedef {import("./engines.js").Engine & {model: string, size: number, first: number[], steady: number[]}
 *   & Pick<import("./steady.js").Steady, "memory" | "sameClass">} Row
 *
 * @typedef {object} Result
 * @property {Options} options
 * @property {import("./machine.js").Machine} machine
 * @property {Row[]} rows
 * @property {import("./ratios.js").Ratios[]} ratios
 * @property {Record<string, import("./downloads.js").Download>} downloads
 * @property {string[]} notes what was left out, and why
 */

/** The largest sizes that two cores with a software adapter get through in minutes. */
const SOFTWARE_LIMIT = { webgpu: 256, cpu: 512, wasm: 512 };

const options = readOptions();
const machine = await describeMachine(options.origin);
const limited = machine.adapter.software && options.choose_sizes;
/** @type {string[]} */
const notes = [];
if (limited) {
  notes.push(`WebGPU runs in software here: it is left out beyond ${SOFTWARE_LIMIT.webgpu}, the CPU beyond ${SOFTWARE_LIMIT.cpu}; --sizes includes them.`);
}

/** @type {Row[]} */
const rows = [];
/** @type {Map<string, Set<string>>} */
const fetched = new Map();
for (const model of options.models) {
  for (const size of options.sizes) {
    const chosen = ENGINES.filter(({ id }) => options.engines.includes(id));
    const engines = chosen.filter(({ backend }) => !limited || size <= SOFTWARE_LIMIT[backend]);
    if (engines.length === 0) continue;
    console.error(`${model} at ${size}: first masks`);
    const first = await measureFirst(engines, model, size, options, fetched);
    console.error(`${model} at ${size}: frames`);
    const steady = await measureSteady(engines, model, size, options);
    for (const engine of engines) {
      const [cold, frames] = [first.get(engine.id), steady.get(engine.id)];
      const { memory = null, sameClass = null, times = [] } = frames ?? {};
      rows.push({ ...engine, model, size, first: cold?.times ?? [], steady: times, memory, sameClass });
      for (const problem of [cold?.problem, frames?.problem]) {
        if (problem) notes.push(`${model} at ${size}, ${engine.id}: ${problem}`);
      }
    }
  }
}

/** @type {Result} */
const result = { options, machine, rows, ratios: ratios(rows), downloads: await downloads(fetched), notes };
const text = markdown(result);
console.log(text);
if (options.write) {
  await mkdir(dirname(options.write), { recursive: true });
  await writeFile(options.write, text);
}
if (options.json) console.log(forScripts(result));

/** Of the driver, which documents them: xtask/src/bench.rs. @returns {Options} */
function readOptions() {
  const { values } = parseArgs({
    options: {
      command: { type: "string" },
      models: { type: "string" },
      sizes: { type: "string" },
      "choose-sizes": { type: "boolean" },
      engines: { type: "string" },
      rounds: { type: "string" },
      cold: { type: "string" },
      cap: { type: "string" },
      write: { type: "string" },
      json: { type: "boolean" },
    },
  });
  const list = (/** @type {string | undefined} */ text) => text?.split(",") ?? [];
  return {
    origin: process.env.SEGSCOPE_ORIGIN ?? "",
    command: values.command ?? "",
    models: list(values.models),
    sizes: list(values.sizes).map(Number),
    choose_sizes: values["choose-sizes"] ?? false,
    engines: list(values.engines),
    rounds: Number(values.rounds),
    cold: Number(values.cold),
    cap_s: Number(values.cap),
    write: values.write,
    json: values.json ?? false,
  };
}
