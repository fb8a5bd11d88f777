// The result as Markdown, and as one line for scripts.
import { table } from "../table.js";
import { AIM } from "./aim.js";

/** @typedef {import("./run.js").Result} Result */

const HEAD = `# Performance of live pictures

<!-- Written by \`cargo xtask bench live --write\`. Do not edit. -->
`;

/** @param {Result} result */
const how = ({ camera, side, options }) => `
A camera of ${camera.width} x ${camera.height} at ${camera.rate} frames a second (Chromium's fake one, which plays a file), of which the page gets the middle, ${side} x ${side},
as networks of a fixed square input want it. All ways show \`${options.model}\` on a canvas of that size and take turns of some frames, those of the GPU
in one page and those of the processor in one, whose browser has no GPU, not even one in software. All get their frames from the page's own loop
(\`www/frame-loop.js\`): one in flight, the newest waits.

- **Ours** is the page's own path: \`Engine.showFrame\`, whose worker gets the frame and the canvas. The governor is pinned to the size.
- **The usual way** works in the page: a 2D canvas draws the frame at the network's size, its pixels are read, the network runs, the class
  of every pixel comes back to JavaScript, is put on a canvas and drawn over the frame. With our engine that is its session for pixels.
  onnxruntime-web gets the same network as ONNX, with an ArgMax at the end, and its input normalised in JavaScript.

Latency is from the frame's capture, where the browser tells it, else its presentation, until the code that paints it has answered; what
the browser needs to bring a canvas to the screen comes on top in all ways. The parts are medians of what a way times itself: until it has
the frame, with onnxruntime-web's normalisation and every answer's way back in the network's, and until the mask is painted; the rest is the
browser's way from the camera to the page, and waiting. A canvas of the page is painted after the code has said how, so that the usual way's
painting seems to take nothing; in frames a second it counts. What is read back is what our engine counts, from the GPU.
`;

/** @param {Result} result */
export function markdown(result) {
  const { machine, load, rows, ratios, notes, options, aim } = result;
  const { cpu, cores, memory_gb, system, browser, adapter } = machine;
  const software = adapter.software ? ", in software: it shows what a way asks of a GPU, not how fast one answers" : "";
  return [
    HEAD,
    `\`${options.command}\` on ${cpu}, ${cores} cores, ${memory_gb} GB, ${system}, ${browser}; load in the minute before: ${load.toFixed(1)}.\n`,
    `WebGPU adapter: ${adapter.name}${software}.\n`,
    how(result),
    "\n## Frames a second and latency\n",
    table(
      ["size", "way", "frames a second", "latency ms, median", "95 %", "frame in", "network", "painting", "bytes read back a frame", "n"],
      rows.map((row) => [
        row.size, row.title, ...[row.fps, row.latency, row.latencyP95, row.parts?.upload, row.parts?.network, row.parts?.paint].map(number),
        row.countsReadBack ? (row.bytesReadBack ?? "-") : "-", row.frames,
      ]),
    ),
    "\n## How many times better ours is\n",
    table(
      ["size", "on", "frames a second / usual", "/ onnxruntime-web", "latency, usual / ours", "onnxruntime-web / ours"],
      ratios.map(({ size, backend, ...values }) => [
        size, backend === "webgpu" ? "WebGPU" : "CPU, 1 thread", ...Object.values(values).map((value) => value ?? "-"),
      ]),
    ),
    aim ? `\n## Aim\n\n${AIM.what}: ${number(aim.fps)} here, with ${aim.title}${aim.fps >= AIM.fps ? "" : ", not reached"}.\n` : "",
    notes.length > 0 ? `\n## Left out\n\n${notes.map((note) => `- ${note}`).join("\n")}\n` : "",
  ].join("\n");
}

/** @param {number | null | undefined} value */
const number = (value) => (value === null || value === undefined ? "-" : value.toFixed(value < 100 ? 1 : 0));

/** @param {Result} result */
export function forScripts({ machine, load, rows, ratios, notes, aim }) {
  const rounded = (/** @type {number | null} */ value) => (value === null ? null : Number(value.toFixed(2)));
  return JSON.stringify({
    adapter: machine.adapter.name,
    machine,
    load: rounded(load),
    rows: rows.map(({ id, size, backend, threads, frames, fps, latency, latencyP95, parts, countsReadBack, bytesReadBack }) => ({
      way: id,
      size,
      backend,
      threads,
      n: frames,
      fps: rounded(fps),
      latency_ms: rounded(latency),
      latency_p95_ms: rounded(latencyP95),
      parts_ms: parts && { upload: rounded(parts.upload), network: rounded(parts.network), paint: rounded(parts.paint) },
      bytes_read_back: countsReadBack ? bytesReadBack : null,
    })),
    ratios,
    aim: aim && { fps: AIM.fps, reached_fps: rounded(aim.fps), way: aim.id },
    notes,
  });
}
