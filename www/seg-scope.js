import { Engine, decodePicture } from "./engine.js";
import { SegscopeError, asSegscopeError } from "./errors.js";

/** @typedef {import("./types.js").View} View */
/** @typedef {"starting" | "loading" | "ready" | "working" | "done" | "error"} State */

/** More pixels than a screen shows cost time. */
const MOST_SIDE = 1920;

const STYLE = `
  :host { display: grid; gap: 8px; max-width: 960px; }
  :host([hidden]) { display: none; }
  canvas { width: 100%; min-height: 4em; border-radius: 6px; background: color-mix(in srgb, currentColor 8%, transparent); }
  label { justify-self: start; padding: 10px 16px; border: 1px solid; border-radius: 6px; cursor: pointer; }
  label:focus-within { outline: 2px solid; outline-offset: 2px; }
  input { position: absolute; opacity: 0; width: 1px; height: 1px; }
`;

/**
 * `<seg-scope model="model.safetensors">`: a picture with its classes in colour, segmented here; people choose or drop one, or `src` names it.
 *
 * Attributes: `model` (an address, or the id of a catalogue entry), `src` (of a picture), `backend` ("auto", "webgpu", "cpu"), `opacity` (0..1),
 * `background` ("photo", "blur", "grey", "none"), `label` (of the button). `data-state` and, after an error, `data-error` tell how far it is.
 *
 * Events: `ready` (LoadedModel), `segmented` (SegmentResult), `failed` (SegscopeError).
 */
export class SegScope extends HTMLElement {
  static observedAttributes = ["model", "src", "opacity", "background"];

  #canvas = newCanvas();
  #file = document.createElement("input");
  /** @type {Promise<Engine> | null} */ #engine = null;
  /** What was asked for last: older work is not shown. */ #asked = 0;

  connectedCallback() {
    if (!this.shadowRoot) this.#build();
    // Moved within the document, it goes on.
    if (this.#engine) return;
    // An engine that ended has taken its canvas with it.
    const canvas = newCanvas();
    this.#canvas.replaceWith(canvas);
    this.#canvas = canvas;
    this.#quietly(() => this.#load());
  }

  #build() {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet];
    const label = document.createElement("label");
    Object.assign(this.#file, { type: "file", accept: "image/*" });
    label.append(this.getAttribute("label") ?? "Choose a photo", this.#file);
    root.append(this.#canvas, label);
    this.#file.addEventListener("change", () => {
      const file = this.#file.files?.[0];
      this.#file.value = "";
      if (file) this.#quietly(() => this.segment(file));
    });
    this.addEventListener("dragover", (event) => event.preventDefault());
    this.addEventListener("drop", (event) => {
      event.preventDefault();
      const file = event.dataTransfer?.files[0];
      if (file) this.#quietly(() => this.segment(file));
    });
  }

  disconnectedCallback() {
    const engine = this.#engine;
    // Where it was only moved it is connected again at once.
    queueMicrotask(() => {
      if (this.isConnected || !engine) return;
      this.#engine = null;
      void engine.then((engine) => engine.dispose()).catch(() => undefined);
    });
  }

  /** @param {string} name @param {string | null} before @param {string | null} now */
  attributeChangedCallback(name, before, now) {
    if (!this.#engine || before === now) return;
    if (name === "model") this.#quietly(() => this.#load());
    else if (name === "src") this.#quietly(() => this.#openSource());
    else this.#quietly(async () => (await this.engine).setView(this.#view));
  }

  /** The engine, for all that the element has no attribute for. Errors: those of `Engine.create`. @returns {Promise<Engine>} */
  get engine() {
    const backend = /** @type {"auto" | "webgpu" | "cpu"} */ (this.getAttribute("backend") ?? "auto");
    this.#engine ??= Engine.create({ canvas: this.#canvas, backend });
    return this.#engine;
  }

  /**
   * Segments a picture and shows it. Errors: those of `Engine.segment`; `failed` tells them too.
   * @param {Blob} picture
   * @returns {Promise<import("./types.js").SegmentResult>}
   */
  async segment(picture) {
    const asked = ++this.#asked;
    const result = await this.#attempt(async () => {
      this.#show("working");
      const engine = await this.engine;
      const decoded = await decodePicture(picture);
      const scale = Math.min(1, MOST_SIDE / Math.max(decoded.width, decoded.height));
      await engine.resize(Math.round(decoded.width * scale), Math.round(decoded.height * scale));
      return engine.segment(decoded);
    });
    if (asked === this.#asked) {
      const found = result.classes.map(({ name, fraction }) => `${name} ${Math.round(100 * fraction)} %`);
      this.#canvas.ariaLabel = `Segmented picture: ${found.join(", ")}`;
      this.#show("done");
      this.#tell("segmented", result);
    }
    return result;
  }

  /** @returns {Partial<View>} */
  get #view() {
    const opacity = Number(this.getAttribute("opacity") ?? 0.5);
    const background = /** @type {View["background"]} */ (this.getAttribute("background") ?? "photo");
    return { opacity, background };
  }

  async #load() {
    const model = this.getAttribute("model");
    if (!model) throw new SegscopeError("unknown-model", 'This element has no model. Name one: <seg-scope model="model.safetensors">.');
    this.#show("loading");
    const engine = await this.engine;
    const loaded = await engine.loadModel(model);
    await engine.setView(this.#view);
    this.#show("ready");
    this.#tell("ready", loaded);
    await this.#openSource();
  }

  async #openSource() {
    const source = this.getAttribute("src");
    if (!source) return;
    const response = await fetch(new URL(source, document.baseURI));
    if (!response.ok) throw new SegscopeError("download-failed", `The picture ${source} could not be fetched (${response.status}). Check its address.`);
    await this.segment(await response.blob());
  }

  /**
   * @template T
   * @param {() => Promise<T>} work
   * @returns {Promise<T>}
   */
  async #attempt(work) {
    try {
      return await work();
    } catch (reason) {
      const error = asSegscopeError(reason);
      if (error.code !== "superseded" && this.dataset.error !== error.code) {
        this.dataset.error = error.code;
        this.#show("error");
        this.#tell("failed", error);
      }
      throw error;
    }
  }

  /** What fails is told by `failed`. @param {() => Promise<unknown>} work */
  #quietly(work) {
    void this.#attempt(work).catch(() => undefined);
  }

  /** @param {State} state */
  #show(state) {
    this.dataset.state = state;
    if (state !== "error") delete this.dataset.error;
  }

  /** @param {string} type @param {unknown} detail */
  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

function newCanvas() {
  const canvas = document.createElement("canvas");
  canvas.role = "img";
  canvas.ariaLabel = "No picture yet";
  return canvas;
}

customElements.define("seg-scope", SegScope);
