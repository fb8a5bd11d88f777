// How many times better ours is, for each size; null where one of the two was not measured.

/**
 * @typedef {object} Ratios
 * @property {number} size
 * @property {"webgpu" | "cpu"} backend the CPU with one thread, on both sides
 * @property {number | null} fps_vs_usual frames a second, ours to our engine the usual way
 * @property {number | null} fps_vs_ort
 * @property {number | null} latency_vs_usual median, the other's to ours
 * @property {number | null} latency_vs_ort
 */

/** Ours, our engine the usual way, onnxruntime-web. */
const COMPARED = /** @type {const} */ ([
  ["webgpu", "ours-webgpu", "usual-webgpu", "ort-webgpu"],
  ["cpu", "ours-cpu", "usual-cpu", "ort-wasm-1"],
]);

/** @param {import("./run.js").Row[]} rows @returns {Ratios[]} */
export function ratios(rows) {
  return [...new Set(rows.map(({ size }) => size))].flatMap((size) => {
    const find = (/** @type {string} */ id) => rows.find((row) => row.size === size && row.id === id);
    return COMPARED.map(([backend, ...ids]) => {
      const [ours, usual, ort] = ids.map(find);
      return {
        size,
        backend,
        fps_vs_usual: ratio(ours?.fps, usual?.fps),
        fps_vs_ort: ratio(ours?.fps, ort?.fps),
        latency_vs_usual: ratio(usual?.latency, ours?.latency),
        latency_vs_ort: ratio(ort?.latency, ours?.latency),
      };
    });
  });
}

/** @param {number | null | undefined} a @param {number | null | undefined} b */
const ratio = (a, b) => (a && b ? Number((a / b).toFixed(2)) : null);
