import { emit, h } from "../dom.js";

/**
 * What all panes share, but for zoom: how strong the colours are, one pane more, the first network in every precision, once more; of a
 * camera which one, a still, the end.
 *
 * Events: `opacity` (0..1), `add-pane`, `precisions`, `run-again`, `choose-camera` (an id), `still`, `stop-live`.
 */
export class CompareBar extends HTMLElement {
  #opacity = h("input", { type: "range", id: "opacity", min: "0", max: "100" });
  #add = this.#button("Add a pane", "add-pane");
  #precisions = this.#button("Every precision", "precisions");
  #again = this.#button("Run again", "run-again");
  #cameras = h("select", { "aria-label": "Camera" });
  #still = this.#button("Still", "still");
  #stop = this.#button("Stop", "stop-live");

  connectedCallback() {
    this.#opacity.addEventListener("input", () => emit(this, "opacity", this.#opacity.valueAsNumber / 100));
    this.#cameras.addEventListener("change", () => emit(this, "choose-camera", this.#cameras.value));
    const opacity = h("div", { className: "opacity" }, h("label", { htmlFor: "opacity" }, "Colour"), this.#opacity);
    this.append(opacity, this.#add, this.#precisions, this.#again, this.#cameras, this.#still, this.#stop);
    this.showSource(false);
    this.showRepeatable(false);
    this.showCameras([], undefined);
  }

  /** @param {number} opacity */
  showOpacity(opacity) {
    this.#opacity.valueAsNumber = Math.round(opacity * 100);
  }

  /** @param {boolean} isPossible */
  showAddable(isPossible) {
    this.#add.hidden = !isPossible;
  }

  /** @param {boolean} isPossible */
  showRepeatable(isPossible) {
    this.#again.hidden = !isPossible;
  }

  /** @param {boolean} isCamera */
  showSource(isCamera) {
    for (const control of [this.#still, this.#stop]) control.hidden = !isCamera;
    if (!isCamera) this.#cameras.hidden = true;
  }

  /**
   * @param {import("../camera.js").Camera[]} cameras
   * @param {string | undefined} current
   */
  showCameras(cameras, current) {
    this.#cameras.replaceChildren(...cameras.map(({ id, name }) => h("option", { value: id, selected: id === current }, name)));
    this.#cameras.hidden = cameras.length < 2;
  }

  /**
   * @param {string} label
   * @param {string} type of the event
   */
  #button(label, type) {
    return h("button", { type: "button", className: "plain", onclick: () => emit(this, type) }, label);
  }
}

customElements.define("compare-bar", CompareBar);
