import { emit, h } from "../dom.js";
import { duration } from "../format.js";

/** How long things took. Event: `run-again`. */
export class RunTimes extends HTMLElement {
  #list = h("dl");
  #again = h("button", { type: "button", className: "plain", disabled: true, onclick: () => emit(this, "run-again") }, "Run again");

  connectedCallback() {
    this.append(h("h2", {}, "Times"), this.#list, this.#again);
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
}

customElements.define("run-times", RunTimes);
