import { emit, h } from "../../dom.js";
import { download } from "../../download.js";
import { decodePicture } from "../../picture.js";

/** Pictures that are always there. */
export const SAMPLES = /** @type {const} */ (["astronaut", "chelsea", "coffee"]);

/** Of photos; enough for a lesson, every network here sees less. */
export const LONG_SIDE = 640;

/** @typedef {{name: string, width: number, height: number, rgba: Uint8Array, canvas: HTMLCanvasElement}} Photo `canvas` shows the same pixels. */

/**
 * A picture, at most 640 pixels long. Errors: those of `decodePicture`.
 * @param {Blob} blob
 * @param {string} name
 * @returns {Promise<Photo>}
 */
export async function readPhoto(blob, name) {
  const { bitmap } = await decodePicture(blob);
  const scale = Math.min(1, LONG_SIDE / Math.max(bitmap.width, bitmap.height));
  const [width, height] = [bitmap.width, bitmap.height].map((side) => Math.max(1, Math.round(side * scale)));
  const canvas = h("canvas", { width, height });
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  const { data } = context.getImageData(0, 0, width, height);
  return { name, width, height, rgba: new Uint8Array(data.buffer), canvas };
}

/** @param {string} name one of SAMPLES */
export async function samplePhoto(name) {
  const bytes = await download(new URL(`../../samples/${name}.jpg`, import.meta.url).href);
  return readPhoto(new Blob([bytes], { type: "image/jpeg" }), name);
}

/** The name of one's own photo, which no address can hold: there it stands for the first sample. */
const OWN = "own";

/**
 * Which photo a page looks at: a sample or one's own. It follows the state's `photo` and writes what is chosen there; one inside of what is hidden
 * waits until the state changes again. Events: `reading` (a promise) when a photo is asked for, then `photo` (Photo) or `failed` (error).
 */
export class PhotoChooser extends HTMLElement {
  #texts;
  #state;
  #file = h("input", { type: "file", accept: "image/*", hidden: true, onchange: () => this.#openFile() });
  /** @type {Map<string, HTMLButtonElement>} */ #buttons = new Map();
  /** Of the photo that was asked for last. */
  #wanted = "";
  /** Of the photo that the last event had. */
  #shown = "";
  /** Only the last one asked for comes. */
  #turn = 0;

  /** @param {import("./text.js").Texts} texts @param {import("./state.js").LessonState<{photo: string}>} state */
  constructor(texts, state) {
    super();
    this.#texts = texts;
    this.#state = state;
    this.role = "group";
    this.ariaLabel = texts.shell("photo");
    this.addEventListener("dragover", (event) => event.preventDefault());
  }

  connectedCallback() {
    if (this.firstChild) return;
    for (const name of SAMPLES) {
      const picture = h("img", { src: new URL(`../../samples/${name}.jpg`, import.meta.url).href, alt: this.#texts.shell(`samples.${name}`), width: 64, height: 64 });
      this.#buttons.set(name, h("button", { type: "button", className: "sample", "aria-pressed": "false", onclick: () => this.#choose(name) }, picture));
    }
    this.#buttons.set(OWN, h("button", { type: "button", className: "plain", "aria-pressed": "false", onclick: () => this.#file.click() }, this.#texts.shell("ownPhoto")));
    this.append(...this.#buttons.values(), this.#file);
    this.#state.onChange(() => this.#follow());
  }

  /** A file from elsewhere, such as one that was dropped. @param {File} file */
  open(file) {
    if (!this.closest("[hidden]")) this.#take(OWN, () => readPhoto(file, OWN));
  }

  #openFile() {
    const [file] = this.#file.files ?? [];
    this.#file.value = "";
    if (file) this.open(file);
  }

  /** @param {string} name */
  #choose(name) {
    this.#state.set({ photo: name });
    // Once more what could not be read the first time.
    this.#follow();
  }

  #follow() {
    const { photo } = this.#state.values;
    if (photo === this.#wanted || this.closest("[hidden]")) return;
    const name = SAMPLES.find((sample) => sample === photo) ?? SAMPLES[0];
    if (name !== this.#wanted) this.#take(name, () => samplePhoto(name));
  }

  /** @param {string} name @param {() => Promise<Photo>} read */
  #take(name, read) {
    this.#wanted = name;
    this.#state.set({ photo: name });
    emit(this, "reading", this.#read(++this.#turn, read));
  }

  /** @param {number} turn @param {() => Promise<Photo>} read */
  async #read(turn, read) {
    try {
      const photo = await read();
      if (turn !== this.#turn) return;
      this.#shown = photo.name;
      for (const [name, button] of this.#buttons) button.ariaPressed = String(name === photo.name);
      emit(this, "photo", photo);
    } catch (error) {
      if (turn !== this.#turn) return;
      this.#wanted = this.#shown;
      if (this.#shown) this.#state.set({ photo: this.#shown });
      emit(this, "failed", error);
    }
  }
}

customElements.define("photo-chooser", PhotoChooser);
