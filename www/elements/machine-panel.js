import { emit, h } from "../dom.js";
import { duration, megabytes } from "../format.js";

/** @typedef {"auto" | import("../types.js").BackendName} Choice */

/** @type {Record<Choice, string>} */
const NAMES = { auto: "Whichever is faster", webgpu: "GPU", cpu: "Processor" };

/** @type {Record<import("../types.js").Activations, string>} */
const NUMBERS = { f32: ", in f32", f16: ", activations in f16", int8: ", products in int8" };

/** Where the network runs, why there, and the switch. Event: `choose-backend` (a Choice). */
export class MachinePanel extends HTMLElement {
  #summary = h("p", { className: "hint", id: "machine-summary" });
  #runs = h("ul", { className: "hint", hidden: true });
  #memory = h("p", { className: "hint", hidden: true });
  #select = h("select", { id: "backend", "aria-describedby": "machine-summary" });

  connectedCallback() {
    for (const [value, name] of Object.entries(NAMES)) this.#select.append(h("option", { value }, name));
    this.#select.addEventListener("change", () => emit(this, "choose-backend", this.#select.value));
    const row = h("p", { className: "choice" }, h("label", { for: "backend" }, "Run on "), this.#select);
    this.append(h("h2", {}, "About this machine"), row, this.#summary, this.#runs, this.#memory);
  }

  /**
   * @param {import("../types.js").Machine | null} machine `null` until an engine has started
   * @param {Choice} choice
   */
  show(machine, choice) {
    this.#select.value = choice;
    this.#summary.textContent = machine ? whereAndWhy(machine) : "";
    const race = machine?.race;
    this.#runs.hidden = !race;
    if (race) {
      const runs = [describe("Processor", race.cpu, race.side), describe("GPU", race.webgpu, race.side)];
      if (race.int8) runs.push(describe("GPU, products in int8", race.int8, race.side));
      this.#runs.replaceChildren(...runs.map((text) => h("li", {}, text)));
    }
  }

  /**
   * @param {import("../types.js").SegmentResult} result
   * @param {import("../types.js").Memory} memory
   */
  showMemory({ networkWidth, networkHeight }, { gpuBytes, wasmBytes }) {
    const gpu = gpuBytes > 0 ? `${megabytes(gpuBytes)} of GPU memory, ` : "";
    this.#memory.hidden = false;
    this.#memory.textContent = `Network input ${networkWidth} × ${networkHeight}; ${gpu}${megabytes(wasmBytes)} of WebAssembly memory.`;
  }
}

/**
 * @param {string} name
 * @param {import("../types.js").Run} run
 * @param {number} side
 */
function describe(name, { test, ms, failure }, side) {
  if (failure) return `${name}: not used, ${failure}.`;
  const time = ms === null ? "" : `${duration(ms)} at ${side} × ${side}`;
  if (!test?.steps) return `${name}: ${time}.`;
  const exact = `self-test of ${test.steps} steps passed, within ${test.worst.toExponential(0)} (${test.tolerance.toExponential(0)} allowed)`;
  return `${name}: ${time}; ${exact}.`;
}

/** @param {import("../types.js").Machine} machine */
function whereAndWhy({ backend, threads, activations, adapter, noGpu }) {
  const gpu = adapter ? adapter.description || [adapter.vendor, adapter.architecture].filter(Boolean).join(" ") || "GPU" : "";
  if (backend === null) return `GPU: ${gpu}. The first model shows whether it or the processor is faster.`;
  if (backend === "webgpu") return `Runs on the GPU: ${gpu}${activations ? NUMBERS[activations] : ""}.`;
  const processor = `Runs on ${threads > 1 ? `${threads} threads of the processor` : "the processor"}`;
  return noGpu ? `${processor}, since ${noGpu.message.split(";")[0]}.` : `${processor}.`;
}

customElements.define("machine-panel", MachinePanel);
