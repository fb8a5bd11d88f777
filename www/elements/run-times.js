import { emit, h } from "../dom.js";
import { duration, megabytes } from "../format.js";

/** How long things took, on what. Event: `run-again`. */
export class RunTimes extends HTMLElement {
  #list = h("dl");
  #again = h("button", { type: "button", className: "plain", disabled: true, onclick: () => emit(this, "run-again") }, "Run again");
  #machine = h("p", { className: "hint" });

  connectedCallback() {
    this.append(h("h2", {}, "Times"), this.#list, this.#machine, this.#again);
    this.show(null, false);
  }

  /**
   * @param {import("../workbench.js").Times | null} times
   * @param {boolean} isUsable
   */
  show(times, isUsable) {
    this.#again.disabled = !isUsable;
    const { model, compile, first, warm = null } = times ?? {};
    const kept = model?.source === "cache" ? "kept" : "your file";
    const download = model && (model.source === "network" ? duration(model.downloadMs) : kept);
    /** @param {number | null | undefined} ms */
    const shown = (ms) => (ms === null || ms === undefined ? "–" : duration(ms));
    /** @type {[string, string][]} */
    const rows = [
      ["Download", download ?? "–"],
      ["Compile", shown(compile)],
      ["First", shown(first)],
      ["Warm", shown(warm)],
    ];
    this.#list.replaceChildren(...rows.map(([name, value]) => h("div", { "data-time": name.toLowerCase() }, h("dt", {}, name), h("dd", {}, value))));
  }

  /**
   * @param {import("../types.js").AdapterInfo} adapter
   * @param {import("../types.js").SegmentResult} result
   * @param {import("../types.js").Memory} memory
   */
  showMachine(adapter, result, memory) {
    const gpu = adapter.description || [adapter.vendor, adapter.architecture].filter(Boolean).join(" ") || "this GPU";
    this.#machine.textContent =
      `Network input ${result.networkWidth} × ${result.networkHeight} on ${gpu}; ` +
      `${megabytes(memory.gpuBytes)} of GPU memory, ${megabytes(memory.wasmBytes)} of wasm.`;
  }
}

customElements.define("run-times", RunTimes);
