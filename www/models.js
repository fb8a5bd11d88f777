import { SegscopeError, abortedError } from "./errors.js";
import { download, sha256Of } from "./download.js";
import { spawnWorker } from "./spawn-worker.js";

/** A new name drops what earlier versions of the converter made. */
const CACHE = "segscope-models-1";
const CATALOGUE = new URL("../models/catalogue.json", import.meta.url);

/** @typedef {import("./types.js").CatalogueEntry} CatalogueEntry */
/** @typedef {import("./types.js").Delivery} Delivery */
/** @typedef {import("./types.js").Progress} Progress */
/** @typedef {import("./types.js").Precision} Precision */
/**
 * `precision` is that of the weights: "int8" unless given, which is what ships.
 * @typedef {{onProgress?: ((progress: Progress) => void) | undefined, signal?: AbortSignal | undefined, precision?: Precision | undefined}} FetchOptions
 */
/** @typedef {{id: string, sizeBytes: number, sha256: string}} KeptModel `sha256` is the catalogue's, of the file or the checkpoint. */

/**
 * The list of models, and the files of those that were fetched: checked against the catalogue's SHA-256, converted if they
 * are PyTorch checkpoints, and kept in the browser's Cache under that hash. Nothing unchecked is ever kept.
 */
export class ModelStore {
  #catalogueUrl;
  /** @type {Promise<CatalogueEntry[]> | null} */ #entries = null;

  /** @param {URL | string} [catalogueUrl] */
  constructor(catalogueUrl = CATALOGUE) {
    this.#catalogueUrl = new URL(catalogueUrl, location.href);
  }

  /**
   * Errors: `offline`, `download-failed`, `catalogue-invalid`.
   * @returns {Promise<CatalogueEntry[]>}
   */
  entries() {
    this.#entries ??= this.#readCatalogue().catch((error) => {
      this.#entries = null;
      throw error;
    });
    return this.#entries;
  }

  /**
   * Errors: those of `entries`, `unknown-model`.
   * @param {string} id
   */
  async entry(id) {
    const entries = await this.entries();
    const entry = entries.find((entry) => entry.id === id);
    if (entry) return entry;
    const known = entries.map((entry) => entry.id).join(", ");
    throw new SegscopeError("unknown-model", `There is no model "${id}" in the catalogue; it has ${known}.`);
  }

  /**
   * The model file of an entry, from the cache or the network.
   *
   * Errors: `offline`, `download-failed`, `hash-mismatch`, `aborted`, and those of the converter.
   * @param {CatalogueEntry} entry
   * @param {FetchOptions} [options]
   * @returns {Promise<{bytes: Uint8Array<ArrayBuffer>, delivery: Delivery}>}
   */
  async fetch(entry, options = {}) {
    if (entry.file && isOther(options)) return this.#fetchAt(entry, options);
    const { url, size_bytes, sha256 } = this.#origin(entry);
    // What is kept of a checkpoint is its conversion to int8.
    const kept = isOther(options) ? null : await this.#readKept(sha256);
    if (kept) return { bytes: kept, delivery: { source: "cache", downloadMs: 0, convertMs: 0, notKept: null } };

    const start = performance.now();
    const received = await download(url, { sha256, sizeBytes: size_bytes, ...options });
    const downloadMs = performance.now() - start;
    if (entry.file) {
      return { bytes: received, delivery: { source: "network", downloadMs, convertMs: 0, notKept: await this.#keep(entry, sha256, received) } };
    }
    const { bytes, convertMs } = await this.convert(received, entry, options);
    const notKept = isOther(options) ? null : await this.#keep(entry, sha256, bytes);
    return { bytes, delivery: { source: "network", downloadMs, convertMs, notKept } };
  }

  /**
   * A model that ships, in another precision than that.
   * @param {CatalogueEntry} entry
   * @param {FetchOptions} options
   * @returns {Promise<{bytes: Uint8Array<ArrayBuffer>, delivery: Delivery}>}
   */
  async #fetchAt(entry, options) {
    const { bytes, delivery } = await this.fetch(entry, { ...options, precision: undefined });
    const other = await this.importFile(bytes, `${entry.id}.safetensors`, options);
    return { bytes: other.bytes, delivery: { ...delivery, convertMs: other.convertMs } };
  }

  /**
   * A checkpoint as our model file, by the spec of a catalogue entry.
   * @param {Uint8Array<ArrayBuffer>} checkpoint is moved away
   * @param {CatalogueEntry} spec
   * @param {FetchOptions} [options]
   */
  convert(checkpoint, spec, options = {}) {
    return this.#inWorker("convert", checkpoint, JSON.stringify(spec), options);
  }

  /**
   * An ONNX file, a checkpoint of any network of the zoo, or a model file in another precision, as our model file.
   *
   * Errors: those of the converter, `aborted`.
   * @param {Uint8Array<ArrayBuffer>} bytes is moved away
   * @param {string} name of the file
   * @param {FetchOptions} [options]
   */
  importFile(bytes, name, options = {}) {
    return this.#inWorker("importFile", bytes, name, options);
  }

  /**
   * @param {"convert" | "importFile"} method
   * @param {Uint8Array<ArrayBuffer>} file is moved away
   * @param {string} what
   * @param {FetchOptions} options
   */
  async #inWorker(method, file, what, { onProgress, signal, precision = "int8" }) {
    const sizeBytes = file.byteLength;
    onProgress?.({ phase: "convert", receivedBytes: sizeBytes, totalBytes: sizeBytes });
    const start = performance.now();
    const worker = spawnWorker("files-worker.js");
    try {
      const call = () => ({ args: [file, what, precision], transfer: [file.buffer] });
      /** @type {Uint8Array<ArrayBuffer>} */
      const bytes = await worker.call(method, call, { signal });
      return { bytes, convertMs: performance.now() - start };
    } finally {
      worker.end(abortedError());
    }
  }

  /**
   * The entry whose checkpoint these bytes are, if any: a visitor may drop the file instead of downloading it.
   * @param {Uint8Array<ArrayBuffer>} bytes
   */
  async entryOfCheckpoint(bytes) {
    const sha256 = await sha256Of(bytes);
    return (await this.entries()).find((entry) => entry.source?.sha256 === sha256);
  }

  /**
   * The models in the browser's cache.
   * @returns {Promise<KeptModel[]>}
   */
  async kept() {
    const cache = await openCache();
    const requests = (await cache?.keys()) ?? [];
    return Promise.all(
      requests.map(async (request) => {
        const headers = (await cache?.match(request))?.headers;
        return {
          id: headers?.get("x-segscope-id") ?? "",
          sizeBytes: Number(headers?.get("content-length")),
          sha256: new URL(request.url).searchParams.get("sha256") ?? "",
        };
      }),
    );
  }

  /** @param {string} sha256 */
  async remove(sha256) {
    await (await openCache())?.delete(this.#key(sha256));
  }

  /** @param {string} sha256 */
  #key(sha256) {
    return `${this.#catalogueUrl.origin}${this.#catalogueUrl.pathname}?sha256=${sha256}`;
  }

  /** @param {CatalogueEntry} entry */
  #origin(entry) {
    if (entry.source) return entry.source;
    const file = /** @type {NonNullable<CatalogueEntry["file"]>} */ (entry.file);
    // Paths are relative to the folder above models/, where the catalogue lies.
    return { ...file, url: new URL(`../${file.path}`, this.#catalogueUrl).href };
  }

  async #readCatalogue() {
    const bytes = await download(this.#catalogueUrl.href);
    try {
      return /** @type {{models: CatalogueEntry[]}} */ (JSON.parse(new TextDecoder().decode(bytes))).models;
    } catch (error) {
      throw new SegscopeError("catalogue-invalid", "The list of models is damaged. Reload the page.", { cause: error });
    }
  }

  /** @param {string} sha256 */
  async #readKept(sha256) {
    const cache = await openCache();
    const response = await cache?.match(this.#key(sha256));
    if (!response) return null;
    const bytes = new Uint8Array(await response.arrayBuffer());
    // A disk may lie too.
    if ((await sha256Of(bytes)) === response.headers.get("x-segscope-content-sha256")) return bytes;
    await this.remove(sha256);
    return null;
  }

  /**
   * @param {CatalogueEntry} entry
   * @param {string} sha256
   * @param {Uint8Array<ArrayBuffer>} bytes
   * @returns {Promise<SegscopeError | null>} why it could not be kept
   */
  async #keep(entry, sha256, bytes) {
    try {
      const cache = await caches.open(CACHE);
      const headers = {
        "content-type": "application/octet-stream",
        "content-length": String(bytes.byteLength),
        "x-segscope-id": entry.id,
        "x-segscope-content-sha256": await sha256Of(bytes),
      };
      await cache.put(this.#key(sha256), new Response(bytes, { headers }));
      return null;
    } catch (error) {
      return new SegscopeError(
        "storage-full",
        "The browser has no room to keep this model. It works now, and will be downloaded again next time; " +
          "delete kept models or other sites' data to make room.",
        { cause: error },
      );
    }
  }
}

/** Whether another precision is wanted than the usual. @param {FetchOptions} options */
const isOther = ({ precision = "int8" }) => precision !== "int8";

/** @returns {Promise<Cache | null>} null where the browser forbids storage, as some do in private windows */
async function openCache() {
  try {
    return await caches.open(CACHE);
  } catch {
    return null;
  }
}
