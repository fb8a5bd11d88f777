/**
 * Files that only some visits need: checkpoints into model files, masks into PNG files. A worker of its own: its memory goes
 * when it ends.
 */
import init, { convert, importFile, maskPng } from "./pkg/files.js";
import { serveCalls } from "./serve-calls.js";

const ready = init({ module_or_path: new URL("./pkg/files_bg.wasm", import.meta.url) });

serveCalls({
  /**
   * @param {Uint8Array} bytes
   * @param {string} spec JSON of a catalogue entry
   * @param {import("./types.js").Precision} precision
   */
  async convert(bytes, spec, precision) {
    await ready;
    return convert(bytes, spec, precision);
  },
  /**
   * @param {Uint8Array} bytes of an ONNX file, a checkpoint or a model file
   * @param {string} name of the file
   * @param {import("./types.js").Precision} precision
   */
  async importFile(bytes, name, precision) {
    await ready;
    return importFile(bytes, name, precision);
  },
  /**
   * @param {Uint8Array} ids
   * @param {number} width
   * @param {number} height
   * @param {Uint8Array} palette
   */
  async maskPng(ids, width, height, palette) {
    await ready;
    return maskPng(ids, width, height, palette);
  },
});
