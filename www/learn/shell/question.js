import { h } from "../../dom.js";

/** @typedef {import("./text.js").Texts} Texts */

/**
 * What the right answer is and why, computed when it is asked for. `answer` is the index of a choice, or a number; `values` go into the text
 * of the reason.
 * @typedef {{answer: number, values?: Record<string, string | number>}} Solution
 */

/**
 * Predict, then reveal. Its text: `{ "ask", "choices": [...], "why" }`, or without choices, for a number, `{ "ask", "unit", "why" }`. Nothing is
 * revealed before something was predicted. What is computed may take a while, and may fail.
 */
export class LessonQuestion extends HTMLElement {
  #texts;
  #key;
  #solve;
  #tolerance;
  #outcome = h("p", { className: "outcome", role: "status" });
  #button;

  /**
   * @param {Texts} texts
   * @param {string} key
   * @param {() => Solution | Promise<Solution>} solve
   * @param {number} [tolerance] of a number, relative; 0.05 unless given
   */
  constructor(texts, key, solve, tolerance = 0.05) {
    super();
    this.#texts = texts;
    this.#key = key;
    this.#solve = solve;
    this.#tolerance = tolerance;
    this.#button = h("button", { type: "submit", className: "plain" }, texts.shell("reveal"));
  }

  connectedCallback() {
    if (this.firstChild) return;
    const form = h("form", { onsubmit: (/** @type {Event} */ event) => this.#reveal(event) }, this.#field(), this.#button);
    this.append(form, this.#outcome);
  }

  #field() {
    const { choices, unit = "" } = this.#texts.raw(this.#key);
    const ask = h("legend", {}, this.#texts.t(`${this.#key}.ask`));
    if (!choices) {
      const input = h("input", { type: "number", step: "any", required: true, name: "answer", "aria-label": this.#texts.t(`${this.#key}.ask`) });
      return h("fieldset", {}, ask, h("p", { className: "guess" }, input, ` ${unit}`));
    }
    const choice = (/** @type {string} */ text, /** @type {number} */ index) =>
      h("label", {}, h("input", { type: "radio", name: "answer", value: String(index), required: true }), ` ${text}`);
    return h("fieldset", {}, ask, ...choices.map(choice));
  }

  /** @param {Event} event */
  async #reveal(event) {
    event.preventDefault();
    const guess = Number(new FormData(/** @type {HTMLFormElement} */ (event.target)).get("answer"));
    this.#button.disabled = true;
    this.dataset.outcome = "";
    this.#outcome.textContent = this.#texts.shell("computing");
    try {
      const { answer, values = {} } = await this.#solve();
      const isChoice = Boolean(this.#texts.raw(this.#key).choices);
      const isRight = isChoice ? guess === answer : Math.abs(guess - answer) <= this.#tolerance * Math.abs(answer);
      const shown = isChoice ? String(this.#texts.raw(this.#key).choices[answer]) : this.#texts.number(answer);
      this.dataset.outcome = isRight ? "right" : "wrong";
      const verdict = this.#texts.shell(isRight ? "right" : "notQuite", { answer: shown });
      this.#outcome.replaceChildren(h("strong", {}, verdict), ` ${this.#texts.t(`${this.#key}.why`, { answer, ...values })}`);
    } catch (error) {
      this.#outcome.textContent = this.#texts.shell("failed", { reason: this.#texts.sentenceOf(error) });
    }
    this.#button.disabled = false;
  }
}

customElements.define("lesson-question", LessonQuestion);
