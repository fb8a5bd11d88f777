// The result as Markdown, and as one line for scripts.
import { title } from "./engines.js";
import { median, quantile } from "./statistics.js";
import { table } from "./table.js";

/** @typedef {import("./run.js").Result} Result */

const HEAD = `# Performance

<!-- Written by \`cargo xtask bench --write\`. Do not edit. -->

Of single pictures; [live ones](performance-live.md) have a page of their own.
`;

const HOW = `
A frame goes from the picture to the class of every pixel in JavaScript's hands. Engines sit in pages of one browser and take turns, a
frame each; frames are medians with their quartiles. The first mask is cold: a new browser with an empty profile, from the start of
navigation, downloads from this machine included; ours through the JavaScript API with its worker and canvas, onnxruntime-web's by
\`InferenceSession.create\` and a run, burn's by its wasm and a run. All read the same int8 weights, the others as f32 with the same values;
onnxruntime-web gets the graph as ONNX with an ArgMax at the end, burn runs it node by node (\`src/reference\`) with neither autotune
nor fusion, which browsers refuse. Memory is what WebAssembly's memories came to, and the most that lay in GPU buffers at once.
Ours with two threads runs in a worker, since a page may not wait for others. "Same class" counts the pixels that have the first row's class.
`;

/** @param {Result} result */
export function markdown({ machine, rows, ratios, downloads, notes, options }) {
  const { cpu, cores, memory_gb, system, browser, adapter } = machine;
  const software = adapter.software ? ", in software: it shows what engines ask of a GPU, not how fast one answers" : "";
  return [
    HEAD,
    `\`${options.command}\` on ${cpu}, ${cores} cores, ${memory_gb} GB, ${system}, ${browser}.\n`,
    `WebGPU adapter: ${adapter.name}${software}.\n`,
    HOW,
    "\n## How many times faster ours is\n",
    table(
      ["model", "size", "WebGPU / ORT", "WebGPU / burn", "CPU / ORT wasm, 1 thread", "2 threads", "first mask, WebGPU / ORT", "first mask, CPU / ORT wasm"],
      ratios.map(({ model, size, ...values }) => [model, size, ...Object.values(values).map((value) => value ?? "-")]),
    ),
    "\n## Times and memory\n",
    table(
      ["model", "size", "engine", "first mask ms", "n", "frame ms", "quartiles", "n", "same class", "wasm MB", "GPU MB"],
      rows.map((row) => [row.model, row.size, title(row), ...cells(row)]),
    ),
    "\n## Downloads without the model\n",
    table(
      ["engine", "files", "raw MB", "brotli MB"],
      Object.entries(downloads).map(([id, { files, raw, brotli }]) => [id, files, (raw / 1e6).toFixed(2), (brotli / 1e6).toFixed(3)]),
    ),
    notes.length > 0 ? `\n## Left out\n\n${notes.map((note) => `- ${note}`).join("\n")}\n` : "",
  ].join("\n");
}

/** @param {import("./run.js").Row} row */
function cells({ first, steady, sameClass, memory }) {
  const quartiles = steady.length > 0 ? `${ms(quantile(steady, 0.25))} - ${ms(quantile(steady, 0.75))}` : "-";
  const megabytes = (/** @type {number | undefined} */ bytes) => (bytes === undefined ? "-" : (bytes / 1e6).toFixed(0));
  const same = sameClass === null ? "-" : `${(sameClass * 100).toFixed(2)} %`;
  return [
    ms(median(first)), first.length, ms(median(steady)), quartiles, steady.length, same, megabytes(memory?.wasm), megabytes(memory?.gpu),
  ];
}

/** @param {number | null} value */
const ms = (value) => (value === null ? "-" : value.toFixed(value < 100 ? 1 : 0));

/** @param {Result} result */
export function forScripts({ machine, rows, ratios, downloads, notes }) {
  const rounded = (/** @type {number | null} */ value) => (value === null ? null : Number(value.toFixed(2)));
  return JSON.stringify({
    adapter: machine.adapter.name,
    machine,
    rows: rows.map(({ engine, backend, threads, model, size, first, steady, memory }) => ({
      engine,
      backend,
      threads,
      model,
      size,
      first_ms: rounded(median(first)),
      first_n: first.length,
      steady_ms: rounded(median(steady)),
      steady_quartiles_ms: [rounded(quantile(steady, 0.25)), rounded(quantile(steady, 0.75))],
      n: steady.length,
      wasm_bytes: memory?.wasm ?? null,
      gpu_bytes: memory?.gpu ?? null,
    })),
    ratios,
    downloads,
    notes,
  });
}
