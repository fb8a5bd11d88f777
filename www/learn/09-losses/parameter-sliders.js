import { emit, h } from "../../dom.js";
import { slider } from "../shell/controls.js";
import { SLIDERS } from "./loss-list.js";

/** @typedef {import("./loss-list.js").LossKey} LossKey */
/** @typedef {import("./loss-list.js").Parameters} Parameters */
/** @typedef {import("./loss-list.js").ParameterKey} ParameterKey */

/**
 * The chosen loss's hyper-parameters under their usual names. Event: `parameters` (what changed; an empty list stands for the usual
 * choice).
 */
export class ParameterSliders extends HTMLElement {
  #texts;
  /** What the sliders stand for, and for how many classes. */
  #built = "";
  /** @type {{made: ReturnType<typeof slider>, key: ParameterKey, classId: number | null}[]} */ #sliders = [];
  /** @type {Parameters | null} */ #parameters = null;

  /** @param {import("../shell/text.js").Texts} texts */
  constructor(texts) {
    super();
    this.#texts = texts;
  }

  connectedCallback() {
    this.classList.add("settings");
  }

  /**
   * @param {LossKey} loss
   * @param {Parameters} parameters completed
   * @param {import("./loss-list.js").Case} of
   */
  show(loss, parameters, { looks }) {
    this.#parameters = parameters;
    const names = looks.map(({ name }) => name);
    if (this.#built !== `${loss} ${names}`) this.#build(loss, names);
    for (const { made, key, classId } of this.#sliders) {
      const value = parameters[key];
      const one = Array.isArray(value) ? value[classId ?? 0] : value;
      made.show(one, this.#texts.number(one, 3));
    }
  }

  /** @param {LossKey} loss @param {string[]} names of the classes */
  #build(loss, names) {
    this.#built = `${loss} ${names}`;
    this.#sliders = [];
    const settings = SLIDERS[loss].flatMap(({ key, ...range }) => {
      const isList = key === "class_weights" || key === "focal_alpha";
      const sliders = (isList ? names : [null]).map((name, classId) => this.#slider(key, range, name, isList ? classId : null));
      const usual = () => emit(this, "parameters", { [key]: [] });
      return isList ? [...sliders, h("button", { type: "button", className: "plain", onclick: usual }, this.#texts.t(`usual.${key}`))] : sliders;
    });
    this.replaceChildren(...settings);
    this.hidden = settings.length === 0;
  }

  /**
   * @param {ParameterKey} key
   * @param {{min: number, max: number, step: number}} range
   * @param {string | null} name of the class
   * @param {number | null} classId
   */
  #slider(key, range, name, classId) {
    const label = this.#texts.t(`parameters.${key}`);
    const made = slider(name ? `${label}, ${name}` : label, { ...range, isLate: true }, (value) => this.#change(key, classId, value));
    this.#sliders.push({ made, key, classId });
    return made.element;
  }

  /** @param {ParameterKey} key @param {number | null} classId @param {number} value */
  #change(key, classId, value) {
    const before = this.#parameters?.[key];
    emit(this, "parameters", { [key]: Array.isArray(before) ? before.map((one, id) => (id === classId ? value : one)) : value });
  }
}

customElements.define("parameter-sliders", ParameterSliders);
