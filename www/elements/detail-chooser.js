import { mostDetail } from "../detail.js";
import { emit, h } from "../dom.js";

const STEPS = [1, 2, 4, 8, 16];

/**
 * How closely the network looks at the photo, where the photo has more pixels than it reads at once; and how far it is.
 *
 * Events: `choose-detail` (a number), `cancel-work`.
 */
export class DetailChooser extends HTMLElement {
  #select = h("select", { id: "detail", "aria-describedby": "detail-hint" });
  #bar = h("progress", { max: 1, "aria-label": "Tiles" });
  #phase = h("p", { className: "phase" });
  #cancel = h("button", { type: "button", className: "plain", onclick: () => emit(this, "cancel-work") }, "Cancel");
  #progress = h("div", { className: "download", hidden: true }, this.#phase, this.#bar, this.#cancel);

  connectedCallback() {
    const row = h("p", { className: "choice" }, h("label", { for: "detail" }, "Detail "), this.#select);
    const hint = "Closer looks go over the photo in tiles: they find what is small or far away, and take longer.";
    this.append(h("h2", { className: "visually-hidden" }, "Detail"), row, h("p", { className: "hint", id: "detail-hint" }, hint), this.#progress);
    this.#select.addEventListener("change", () => emit(this, "choose-detail", Number(this.#select.value)));
  }

  /**
   * @param {import("../types.js").Picture | null} picture
   * @param {import("../types.js").ModelInfo | null} model
   * @param {number} detail
   */
  show(picture, model, detail) {
    const most = picture && model ? mostDetail(picture, model) : 1;
    const steps = STEPS.filter((step) => step <= most);
    this.hidden = steps.length < 2;
    const options = steps.map((step) => h("option", { value: String(step) }, step === 1 ? "whole photo at once" : `${step} times closer`));
    this.#select.replaceChildren(...options);
    this.#select.value = String(steps.findLast((step) => step <= detail) ?? 1);
  }

  /** @param {import("../types.js").TileProgress | null} progress */
  showProgress(progress) {
    const hadFocus = document.activeElement === this.#cancel;
    this.#progress.hidden = progress === null;
    if (progress === null) {
      if (hadFocus) this.#select.focus();
      return;
    }
    this.#phase.textContent = `Tile ${progress.done} of ${progress.total}`;
    this.#bar.value = progress.done / progress.total;
  }
}

customElements.define("detail-chooser", DetailChooser);
