import { emit, h } from "../dom.js";
import { megabytes } from "../format.js";

/** The models this browser keeps, each with its size and a button that deletes it. Event: `delete-model` (hash). */
export class KeptModels extends HTMLElement {
  #list = h("ul");
  #none = h("p", { className: "hint" }, "None yet. A model you use is kept here, so that it is downloaded once.");

  connectedCallback() {
    this.append(h("h2", { tabIndex: -1 }, "Kept on this device"), this.#none, this.#list);
  }

  /**
   * @param {import("../models.js").KeptModel[]} kept
   * @param {(id: string) => string} nameOf
   */
  show(kept, nameOf) {
    this.#none.hidden = kept.length > 0;
    const hadFocus = this.#list.contains(document.activeElement);
    const rows = kept.map(({ id, sizeBytes, sha256 }) => {
      const name = nameOf(id);
      const label = `Delete ${name}`;
      const remove = h("button", { type: "button", className: "quiet", "aria-label": label, onclick: () => emit(this, "delete-model", sha256) }, "Delete");
      return h("li", { "data-model": id }, h("span", { className: "name" }, name), h("span", { className: "share" }, megabytes(sizeBytes)), remove);
    });
    this.#list.replaceChildren(...rows);
    if (hadFocus) (this.#list.querySelector("button") ?? this.querySelector("h2"))?.focus();
  }
}

customElements.define("kept-models", KeptModels);
