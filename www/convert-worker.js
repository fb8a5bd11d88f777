/** Turns a PyTorch checkpoint into our model file. A worker of its own: its memory goes when it ends. */
import init, { convert } from "./pkg/convert.js";
import { serveCalls } from "./serve-calls.js";

serveCalls({
  /**
   * @param {Uint8Array} bytes
   * @param {string} spec JSON of a catalogue entry
   */
  async convert(bytes, spec) {
    await init({ module_or_path: new URL("./pkg/convert_bg.wasm", import.meta.url) });
    return convert(bytes, spec);
  },
});
