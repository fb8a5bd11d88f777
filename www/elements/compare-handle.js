import { emit } from "../dom.js";

const KEY_STEP = 0.02;
const PAGE_STEP = 0.1;

/** The line between the plain photo (left) and the coloured one, a slider over the picture. Event: `compare` (0..1). */
export class CompareHandle extends HTMLElement {
  #split = 0.5;

  connectedCallback() {
    this.hidden = true;
    this.tabIndex = 0;
    this.role = "slider";
    this.ariaLabel = "Before and after";
    this.ariaOrientation = "horizontal";
    this.ariaValueMin = "0";
    this.ariaValueMax = "100";
    this.addEventListener("keydown", (event) => this.#onKey(event));
    this.addEventListener("pointerdown", (event) => {
      this.setPointerCapture(event.pointerId);
      this.focus();
      event.preventDefault();
    });
    this.addEventListener("pointermove", (event) => {
      if (!this.hasPointerCapture(event.pointerId)) return;
      const box = /** @type {HTMLElement} */ (this.parentElement).getBoundingClientRect();
      this.#moveTo((event.clientX - box.left) / box.width);
    });
  }

  /** @param {number | null} split */
  show(split) {
    this.hidden = split === null;
    if (split === null) return;
    this.#split = split;
    this.style.left = `${split * 100}%`;
    const value = Math.round(split * 100);
    this.ariaValueNow = String(value);
    this.ariaValueText = `${value} % plain photo`;
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    /** @type {Record<string, number>} */
    const targets = {
      ArrowLeft: this.#split - KEY_STEP,
      ArrowDown: this.#split - KEY_STEP,
      ArrowRight: this.#split + KEY_STEP,
      ArrowUp: this.#split + KEY_STEP,
      PageDown: this.#split - PAGE_STEP,
      PageUp: this.#split + PAGE_STEP,
      Home: 0,
      End: 1,
    };
    const target = targets[event.key];
    if (target === undefined) return;
    event.preventDefault();
    this.#moveTo(target);
  }

  /** @param {number} split */
  #moveTo(split) {
    emit(this, "compare", Math.min(1, Math.max(0, split)));
  }
}

customElements.define("compare-handle", CompareHandle);
