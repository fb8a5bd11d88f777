import { cssColour, h } from "../dom.js";
import { percent, readable } from "../format.js";

const TOP = 5;

/** The five likeliest classes of one pixel. */
export class PixelProbe extends HTMLElement {
  #hint = h("p", { className: "hint" }, "Point at the picture, tap it, or move over it with the arrow keys.");
  #place = h("p", { className: "place" });
  #list = h("ol");
  #spoken = h("p", { className: "visually-hidden", role: "status" });

  connectedCallback() {
    this.append(h("h2", {}, "Pixel"), this.#hint, this.#place, this.#list, this.#spoken);
  }

  clear() {
    this.#hint.hidden = false;
    this.#place.textContent = "";
    this.#list.replaceChildren();
  }

  /**
   * @param {{x: number, y: number, isSpoken: boolean}} at
   * @param {Float32Array} scores softmax by class id
   * @param {import("../types.js").ModelInfo["classes"]} classes
   */
  show({ x, y, isSpoken }, scores, classes) {
    const ranked = Array.from(scores, (score, id) => ({ score, id })).sort((a, b) => b.score - a.score);
    this.#hint.hidden = true;
    this.#place.textContent = `x ${x}, y ${y}`;
    const rows = ranked.slice(0, TOP).map(({ score, id }) => {
      const { name = String(id), colour = /** @type {[number, number, number]} */ ([128, 128, 128]) } = classes[id] ?? {};
      const bar = h("span", { className: "bar" });
      bar.style.setProperty("--colour", cssColour(colour));
      bar.style.setProperty("--share", String(score));
      const [label, share] = [h("span", { className: "name" }, readable(name)), h("span", { className: "share" }, percent(score))];
      return h("li", { "data-class": name }, label, share, bar);
    });
    this.#list.replaceChildren(...rows);
    const best = ranked[0];
    if (isSpoken && best) this.#spoken.textContent = `${readable(classes[best.id]?.name ?? "")}, ${percent(best.score)}`;
  }
}

customElements.define("pixel-probe", PixelProbe);
