/** What a pane's network can run on; addresses carry the id. @typedef {{id: string, name: string, backend: import("../chosen-backend.js").Backend, activations: "auto" | import("../types.js").Activations}} Run */

/** @type {[Run, ...Run[]]} */
export const RUNS = [
  { id: "auto", name: "Whichever is faster", backend: "auto", activations: "auto" },
  { id: "cpu", name: "Processor", backend: "cpu", activations: "auto" },
  { id: "f32", name: "GPU, f32", backend: "webgpu", activations: "f32" },
  { id: "f16", name: "GPU, f16 activations", backend: "webgpu", activations: "f16" },
  { id: "int8", name: "GPU, int8 products", backend: "webgpu", activations: "int8" },
];

/**
 * An address may ask for what does not exist.
 * @param {string | undefined} id
 */
export const runOf = (id) => RUNS.find((run) => run.id === id) ?? RUNS[0];

/** @type {Record<import("../types.js").Activations, string>} */
const NUMBERS = { f32: "f32", f16: "f16 activations", int8: "int8 products" };

/**
 * Where a network runs after all; a GPU that lacks what was asked for says so.
 * @param {import("../types.js").Machine} machine
 * @param {Run} run
 */
export function placeOf({ backend, threads, activations }, run) {
  if (backend === "cpu") return threads > 1 ? `Processor, ${threads} threads` : "Processor";
  if (activations === null) return "GPU";
  const place = `GPU, ${NUMBERS[activations]}`;
  const isAsked = run.activations === "auto" || run.activations === activations;
  return isAsked ? place : `${place} (this GPU or model has no ${run.activations})`;
}
