// How many times faster ours is, for each model and size; null where one of the two was not measured.
import { median } from "./statistics.js";

/**
 * @typedef {object} Ratios
 * @property {string} model
 * @property {number} size
 * @property {number | null} webgpu_vs_ort frames on WebGPU
 * @property {number | null} webgpu_vs_burn frames on WebGPU
 * @property {number | null} cpu_vs_ort1 frames on one thread of the CPU
 * @property {number | null} cpu_vs_ort2 frames on two threads of the CPU
 * @property {number | null} first_vs_ort the first mask on WebGPU
 * @property {number | null} first_cpu_vs_ort1 the first mask on one thread of the CPU
 */

/** @param {import("./run.js").Row[]} rows @returns {Ratios[]} */
export function ratios(rows) {
  const cases = new Map(rows.map((row) => [`${row.model} ${row.size}`, row]));
  return [...cases.values()].map(({ model, size }) => {
    const times = (/** @type {string} */ id, /** @type {"first" | "steady"} */ what) => {
      const row = rows.find((row) => row.model === model && row.size === size && row.id === id);
      return row ? median(row[what]) : null;
    };
    const ratio = (/** @type {string} */ theirs, /** @type {string} */ ours, /** @type {"first" | "steady"} */ what) => {
      const [slow, fast] = [times(theirs, what), times(ours, what)];
      return slow && fast ? Number((slow / fast).toFixed(2)) : null;
    };
    return {
      model,
      size,
      webgpu_vs_ort: ratio("ort-webgpu", "segscope-webgpu", "steady"),
      webgpu_vs_burn: ratio("burn-webgpu", "segscope-webgpu", "steady"),
      cpu_vs_ort1: ratio("ort-wasm-1", "segscope-cpu", "steady"),
      cpu_vs_ort2: ratio("ort-wasm-2", "segscope-cpu-2", "steady"),
      first_vs_ort: ratio("ort-webgpu", "segscope-webgpu", "first"),
      first_cpu_vs_ort1: ratio("ort-wasm-1", "segscope-cpu", "first"),
    };
  });
}
