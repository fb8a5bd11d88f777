import { emit, h } from "../dom.js";
import { addressIn } from "../incoming-files.js";

/** Asks for the address of a video elsewhere. Event: `address` (a URL). */
export class AddressForm extends HTMLElement {
  #address = h("input", { type: "url", id: "address", required: true, placeholder: "https://", autocomplete: "off" });

  connectedCallback() {
    const form = h("form", {}, h("label", { for: "address" }, "Address of a video"), this.#address, h("button", { className: "plain" }, "Open"));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const url = addressIn(this.#address.value);
      this.#address.setCustomValidity(url ? "" : "Begin with https://");
      if (url) emit(this, "address", url);
      else this.#address.reportValidity();
    });
    this.#address.addEventListener("input", () => this.#address.setCustomValidity(""));
    this.append(h("details", {}, h("summary", {}, "or open a video by its address"), form));
  }
}

customElements.define("address-form", AddressForm);
