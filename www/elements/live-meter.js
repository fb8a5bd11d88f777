import { emit, h } from "../dom.js";
import { megabytes } from "../format.js";

/** @typedef {import("../frame-meter.js").FrameReport} FrameReport */

/** Frames a second to choose from. */
const RATES = [10, 15, 24, 30, 60];
/** Figures that nobody can read faster are not shown faster. */
const PAUSE_MS = 250;

/**
 * What the live picture costs, as a list that can be copied as text; and what decides that: the rate to hold, and the network's
 * resolution, which follows it or is pinned.
 *
 * Events: `choose-rate` (a number), `pin-side` (a number, or null).
 */
export class LiveMeter extends HTMLElement {
  #list = h("dl");
  #copy = h("button", { type: "button", className: "plain", onclick: () => void this.#toClipboard() }, "Copy");
  #side = h("select", { id: "network-side" });
  #rate = h("select", { id: "rate" }, ...RATES.map((rate) => h("option", { value: String(rate) }, `${rate} a second`)));
  /** @type {[string, string][]} */ #rows = [];
  #shownAt = 0;
  #gpuBytes = 0;
  /** @type {number | null} */ #gpuMs = null;

  connectedCallback() {
    const rate = h("p", { className: "choice" }, h("label", { for: "rate" }, "Frames "), this.#rate);
    const side = h("p", { className: "choice" }, h("label", { for: "network-side" }, "Network input "), this.#side);
    this.append(h("h2", {}, "Live"), rate, side, this.#list, this.#copy);
    this.#rate.addEventListener("change", () => emit(this, "choose-rate", Number(this.#rate.value)));
    this.#side.addEventListener("change", () => emit(this, "pin-side", Number(this.#side.value) || null));
  }

  /** @param {import("../governor.js").Governor} governor */
  showChoices({ sides, pinned, rate }) {
    const options = sides.map((side) => h("option", { value: String(side) }, `${side} pixels`));
    this.#side.replaceChildren(h("option", { value: "" }, "as the rate allows"), ...options);
    this.#side.value = String(pinned ?? "");
    this.#rate.value = String(rate);
  }

  /**
   * @param {FrameReport} report
   * @param {import("../types.js").BackendName | null} backend
   * @param {string} reason of the network's resolution
   */
  show(report, backend, reason) {
    const now = performance.now();
    if (now - this.#shownAt < PAUSE_MS) return;
    this.#shownAt = now;
    this.hidden = false;
    this.#rows = rowsOf(report, backend, reason, { bytes: this.#gpuBytes, ms: this.#gpuMs });
    this.#list.replaceChildren(...this.#rows.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));
  }

  /** @param {number | null} ms of the network's run, by the GPU's own clock */
  showGpuTime(ms) {
    this.#gpuMs = ms;
  }

  /** @param {number} bytes of the GPU */
  showMemory(bytes) {
    this.#gpuBytes = bytes;
  }

  hide() {
    this.#shownAt = 0;
    this.hidden = true;
  }

  async #toClipboard() {
    await navigator.clipboard.writeText(this.#rows.map(([name, value]) => `${name}: ${value}`).join("\n"));
    this.#copy.textContent = "Copied";
    setTimeout(() => (this.#copy.textContent = "Copy"), 1500);
  }
}

/**
 * @param {{plain: number, steady: number}} flicker
 * @returns {[string, string]}
 */
const flickerRow = ({ plain, steady }) => ["Flicker", `${(100 * steady).toFixed(2)} % steady, ${(100 * plain).toFixed(2)} % as it comes, of what stands still`];

/** @param {number} ms */
const milliseconds = (ms) => `${ms.toFixed(ms < 10 ? 1 : 0)} ms`;

/**
 * @param {FrameReport} report
 * @param {import("../types.js").BackendName | null} backend
 * @param {string} reason
 * @param {{bytes: number, ms: number | null}} gpu memory, and the network's last measured run
 * @returns {[string, string][]}
 */
function rowsOf(report, backend, reason, gpu) {
  const isGpu = backend === "webgpu";
  /** @type {[string, string][]} */
  const ofGpu = [
    ["Read back per frame", `${report.bytesReadBack} bytes`],
    ...(gpu.ms === null ? [] : [/** @type {[string, string]} */ (["GPU's clock", `${milliseconds(gpu.ms)} for the network`])]),
    ["GPU memory", megabytes(gpu.bytes)],
  ];
  return [
    ["Source", `${report.sourceRate.toFixed(1)} fps`],
    ["Shown", `${report.rate.toFixed(1)} fps`],
    ["Upload", milliseconds(report.upload)],
    ["Network", `${milliseconds(report.network)} at ${report.networkWidth} × ${report.networkHeight}, ${reason}`],
    ["Paint", milliseconds(report.paint)],
    ["Latency", `${milliseconds(report.latency)}, 95 % below ${milliseconds(report.latencyP95)}`],
    ["Dropped", `${report.dropped} frames`],
    ...(report.flicker ? [flickerRow(report.flicker)] : []),
    ["Path", isGpu ? "GPU only" : "processor; the browser reads each frame once"],
    ...(isGpu ? ofGpu : []),
  ];
}

customElements.define("live-meter", LiveMeter);
