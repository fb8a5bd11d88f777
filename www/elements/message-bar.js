import { emit, h } from "../dom.js";

/** @typedef {{label: string, act: () => void}} Action */

/** One sentence about what went wrong and what to do, with a button that does it. Event: `cleared`. */
export class MessageBar extends HTMLElement {
  #text = h("p", { role: "alert" });
  #actions = h("div", { className: "actions" });
  #dismiss;

  /** @param {string} [dismiss] what the button says that takes the message away */
  constructor(dismiss = "Dismiss") {
    super();
    this.#dismiss = dismiss;
  }

  connectedCallback() {
    this.hidden = true;
    this.replaceChildren(this.#text, this.#actions);
  }

  /**
   * @param {string} message
   * @param {Action | null} action
   */
  show(message, action) {
    this.hidden = false;
    this.#text.textContent = message;
    const dismiss = h("button", { type: "button", className: "quiet", onclick: () => this.clear() }, this.#dismiss);
    const button = action && h("button", { type: "button", className: "plain", onclick: action.act }, action.label);
    this.#actions.replaceChildren(...(button ? [button] : []), dismiss);
  }

  clear() {
    if (this.hidden) return;
    this.hidden = true;
    this.#text.textContent = "";
    emit(this, "cleared");
  }
}

customElements.define("message-bar", MessageBar);
