import { emit, h } from "../../dom.js";

/** Buttons that go through steps one at a time, play them, and go back to the first. Event: `step` (0..count - 1). */
export class LessonSteps extends HTMLElement {
  #count = 1;
  #step = 0;
  #timer = 0;
  #play;
  #back;
  #forward;
  #reset;
  #line = h("span", { className: "hint", role: "status" });
  #texts;

  /** @param {import("./text.js").Texts} texts */
  constructor(texts) {
    super();
    this.#texts = texts;
    const button = (/** @type {string} */ key, /** @type {() => void} */ act) =>
      h("button", { type: "button", className: "plain", onclick: act }, texts.shell(key));
    this.#back = button("stepBack", () => this.#goByHand(this.#step - 1));
    this.#forward = button("step", () => this.#goByHand(this.#step + 1));
    this.#play = button("play", () => (this.#timer ? this.#pause() : this.#start()));
    this.#reset = button("firstStep", () => this.#goByHand(0));
  }

  connectedCallback() {
    this.replaceChildren(this.#back, this.#forward, this.#play, this.#reset, this.#line);
  }

  disconnectedCallback() {
    this.#pause();
  }

  /**
   * Shows where it stands; no event follows.
   * @param {number} step
   * @param {number} count
   */
  show(step, count) {
    this.#count = count;
    this.#step = Math.min(Math.max(step, 0), count - 1);
    this.#back.disabled = this.#step === 0;
    this.#reset.disabled = this.#step === 0;
    this.#forward.disabled = this.#step === count - 1;
    this.#line.textContent = this.#texts.shell("stepOf", { step: this.#step + 1, count });
    if (this.#step === count - 1) this.#pause();
  }

  /** @param {number} step */
  #goByHand(step) {
    this.#pause();
    this.#go(step);
  }

  /** @param {number} step */
  #go(step) {
    this.show(step, this.#count);
    emit(this, "step", this.#step);
  }

  #start() {
    if (this.#step === this.#count - 1) this.#go(0);
    this.#play.textContent = this.#texts.shell("pause");
    this.#timer = window.setInterval(() => this.#go(this.#step + 1), 700);
  }

  #pause() {
    window.clearInterval(this.#timer);
    this.#timer = 0;
    this.#play.textContent = this.#texts.shell("play");
  }
}

customElements.define("lesson-steps", LessonSteps);
