import { emit, h } from "../dom.js";

/** Pictures to try, from the links inside this element: they work as plain links too. Event: `sample` (URL of the picture). */
export class SampleStrip extends HTMLElement {
  connectedCallback() {
    for (const link of this.querySelectorAll("a")) {
      const button = h("button", { type: "button", className: "sample", onclick: () => emit(this, "sample", link.href) }, ...link.childNodes);
      link.replaceWith(button);
    }
  }
}

customElements.define("sample-strip", SampleStrip);
