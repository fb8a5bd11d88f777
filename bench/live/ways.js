// The ways that are compared, and how a table calls them.

/**
 * @typedef {object} Way
 * @property {string} id as on the command line
 * @property {string} title
 * @property {string} module beside this file
 * @property {"webgpu" | "cpu" | "wasm"} backend
 * @property {number} threads
 * @property {boolean} countsReadBack whether its engine counts what it reads back from the GPU
 */

/** @type {Way[]} */
export const WAYS = [
  { id: "ours-webgpu", title: "ours, WebGPU", module: "ours.js", backend: "webgpu", threads: 1, countsReadBack: true },
  { id: "usual-webgpu", title: "our engine the usual way, WebGPU", module: "segscope.js", backend: "webgpu", threads: 1, countsReadBack: true },
  { id: "ort-webgpu", title: "onnxruntime-web the usual way, WebGPU", module: "onnxruntime.js", backend: "webgpu", threads: 1, countsReadBack: false },
  { id: "ours-cpu", title: "ours, CPU, 1 thread", module: "ours.js", backend: "cpu", threads: 1, countsReadBack: false },
  { id: "ours-cpu-2", title: "ours, CPU, 2 threads", module: "ours.js", backend: "cpu", threads: 2, countsReadBack: false },
  { id: "usual-cpu", title: "our engine the usual way, CPU, 1 thread", module: "segscope.js", backend: "cpu", threads: 1, countsReadBack: false },
  { id: "ort-wasm-1", title: "onnxruntime-web the usual way, wasm, 1 thread", module: "onnxruntime.js", backend: "wasm", threads: 1, countsReadBack: false },
];
