import { emit, h } from "../../dom.js";
import { download } from "../../download.js";
import { decodePicture } from "../../picture.js";

/** Pictures that are always there. */
export const SAMPLES = /** @type {const} */ (["astronaut", "chelsea", "coffee"]);

/** Enough for a lesson; every network here sees less. */
const LONG_SIDE = 640;

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

/**
 * Which photo a lesson looks at: a sample, which the address holds, or one's own, which it cannot hold. Event: `photo` (Photo), `failed` (error).
 */
export class PhotoChooser extends HTMLElement {
  #texts;
  #file = h("input", { type: "file", accept: "image/*", hidden: true, onchange: () => this.#openFile() });
  /** @type {Map<string, HTMLButtonElement>} */ #buttons = new Map();
  #own;
  /** Only the last one asked for comes. */
  #turn = 0;

  /** @param {import("./text.js").Texts} texts */
  constructor(texts) {
    super();
    this.#texts = texts;
    this.#own = h("button", { type: "button", className: "plain", onclick: () => this.#file.click(), "aria-pressed": "false" }, texts.t("ownPhoto"));
    this.role = "group";
    this.ariaLabel = texts.t("photo");
    this.addEventListener("dragover", (event) => event.preventDefault());
  }

  connectedCallback() {
    if (this.firstChild) return;
    for (const name of SAMPLES) {
      const picture = h("img", { src: new URL(`../../samples/${name}.jpg`, import.meta.url).href, alt: this.#texts.t(`samples.${name}`), width: 64, height: 64 });
      const button = h("button", { type: "button", className: "sample", "aria-pressed": "false", onclick: () => this.show(name) }, picture);
      this.#buttons.set(name, button);
    }
    this.append(...this.#buttons.values(), this.#own, this.#file);
  }

  /**
   * Takes a sample; the event follows. One that is none gives the first.
   * @param {string} name
   */
  async show(name) {
    const known = SAMPLES.find((sample) => sample === name) ?? SAMPLES[0];
    await this.#take(() => samplePhoto(known));
  }

  /** A file from elsewhere, such as one that was dropped. @param {File} file */
  async open(file) {
    await this.#take(() => readPhoto(file, ""));
  }

  async #openFile() {
    const [file] = this.#file.files ?? [];
    this.#file.value = "";
    if (file) await this.open(file);
  }

  /** @param {() => Promise<Photo>} read */
  async #take(read) {
    const turn = ++this.#turn;
    try {
      const photo = await read();
      if (turn !== this.#turn) return;
      for (const [name, button] of this.#buttons) button.ariaPressed = String(name === photo.name);
      this.#own.ariaPressed = String(photo.name === "");
      emit(this, "photo", photo);
    } catch (error) {
      if (turn === this.#turn) emit(this, "failed", error);
    }
  }
}

customElements.define("photo-chooser", PhotoChooser);
