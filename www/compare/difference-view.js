import { h } from "../dom.js";
import { percent, readable } from "../format.js";
import { ZoomStage } from "./zoom-stage.js";

/** @typedef {import("./difference.js").Difference} Difference */

/** Where the panes' masks differ: the photo in grey, those pixels in yellow, and what part of it they are. */
export class DifferenceView extends HTMLElement {
  #share = h("p", { className: "share" });
  #stage = new ZoomStage();
  #explanation = h("p", { className: "hint" });
  #pairs = h("ul", { className: "hint" });

  connectedCallback() {
    const head = h("h2", {}, "Where they differ");
    this.append(head, this.#share, this.#stage, h("div", { className: "facts" }, this.#explanation, this.#pairs));
    this.#stage.showName("Where the masks differ");
    this.hidden = true;
  }

  get stage() {
    return this.#stage;
  }

  /**
   * @param {Difference | null} difference
   * @param {string[]} letters of the panes compared
   * @param {import("../types.js").Picture | null} picture
   */
  show(difference, letters, picture) {
    // The last one stays until there is a new one, marked as old: nothing jumps while the panes run once more.
    this.classList.toggle("is-old", difference === null);
    if (!difference || !picture) return;
    this.hidden = false;
    const { share, drawing, pairs } = difference;
    this.#share.textContent = share === null ? "Not comparable" : `${percent(share)} of the pixels`;
    this.#share.dataset.share = String(share);
    this.#explanation.textContent = explanation(difference, letters);
    this.#pairs.replaceChildren(...pairs.map((pair) => h("li", {}, pairLine(pair, letters))));
    this.#stage.hidden = drawing === null;
    if (!drawing) return;
    this.#stage.showPicture(picture);
    const canvas = this.#stage.newCanvas();
    Object.assign(canvas, { width: drawing.width, height: drawing.height });
    canvas.getContext("2d")?.putImageData(drawing, 0, 0);
    this.#stage.showPainted(true);
  }

  /** As the panes show a front camera. @param {boolean} isMirrored */
  showMirrored(isMirrored) {
    this.classList.toggle("is-mirrored", isMirrored);
  }

  /** Of another photo nothing is known yet. */
  clear() {
    this.hidden = true;
  }
}

/**
 * @param {Difference} difference
 * @param {string[]} letters
 */
function explanation({ names, areAll, share }, letters) {
  const who = `${letters.slice(0, -1).join(", ")} and ${letters.at(-1)}`;
  if (share === null) return `${who} have no class of the same name, so their masks cannot be compared.`;
  if (areAll) return `Yellow is where ${who} do not all give a pixel the same class.`;
  const shared = names.map(readable).join(", ");
  return `${who} have different classes. They are compared over those they share by name (${shared}); whatever else one of them sees counts as one class.`;
}

/**
 * @param {Difference["pairs"][number]} pair
 * @param {string[]} letters
 */
function pairLine({ a, b, share, meanIou }, letters) {
  const names = `${letters[a]} and ${letters[b]}`;
  if (share === null) return `${names}: no class in common`;
  return `${names}: ${percent(share)}${meanIou === null ? "" : `, mean IoU ${percent(meanIou)}`}`;
}

customElements.define("difference-view", DifferenceView);
