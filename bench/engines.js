// The engines that are compared, and how a table calls them.

/**
 * @typedef {object} Engine
 * @property {string} id as on the command line
 * @property {string} engine
 * @property {"webgpu" | "cpu" | "wasm"} backend
 * @property {number} threads
 * @property {string} module its adapter in engines/
 */

/** @type {Engine[]} */
export const ENGINES = [
  { id: "segscope-webgpu", engine: "segscope", backend: "webgpu", threads: 1, module: "segscope.js" },
  { id: "ort-webgpu", engine: "onnxruntime-web", backend: "webgpu", threads: 1, module: "onnxruntime.js" },
  { id: "burn-webgpu", engine: "burn", backend: "webgpu", threads: 1, module: "burn.js" },
  { id: "segscope-cpu", engine: "segscope", backend: "cpu", threads: 1, module: "segscope.js" },
  { id: "segscope-cpu-2", engine: "segscope", backend: "cpu", threads: 2, module: "segscope.js" },
  { id: "ort-wasm-1", engine: "onnxruntime-web", backend: "wasm", threads: 1, module: "onnxruntime.js" },
  { id: "ort-wasm-2", engine: "onnxruntime-web", backend: "wasm", threads: 2, module: "onnxruntime.js" },
];

/** @param {Pick<Engine, "engine" | "backend" | "threads">} engine */
export function title({ engine, backend, threads }) {
  if (backend === "webgpu") return `${engine}, WebGPU`;
  return `${engine}, ${backend === "cpu" ? "CPU (wasm)" : "wasm"}, ${threads} thread${threads > 1 ? "s" : ""}`;
}
