/** How networks come: our own files and other safetensors, PyTorch's checkpoints (zip archives or bare pickles), ONNX. */
const MODEL_FILE = /\.(safetensors|pth|pt|bin|onnx)$/i;
/** What file choosers are told. */
export const MODEL_FILES = ".safetensors,.pth,.pt,.bin,.onnx";

/** @param {File} file */
export const isModelFile = (file) => MODEL_FILE.test(file.name);

/**
 * A visitor's own file as `Engine.loadModel` takes it: our model file as it is, a checkpoint that the catalogue knows with its entry,
 * and any other network converted here.
 *
 * Errors: those of `ModelStore.importFile`.
 * @param {import("./models.js").ModelStore} store
 * @param {File} file
 * @param {import("./models.js").FetchOptions} [options]
 */
export async function readModelFile(store, file, options = {}) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (isOurs(file.name, bytes) && !options.precision) return { spec: null, bytes };
  const spec = (await store.entryOfCheckpoint(bytes)) ?? null;
  if (spec) return { spec, bytes };
  return { spec, bytes: (await store.importFile(bytes, file.name, options)).bytes };
}

/**
 * Whether this is a model file, whose header says so behind eight bytes that tell how long it is. A safetensors file without a
 * header that can be read is none of others' either: the engine tells what is wrong with it.
 * @param {string} name
 * @param {Uint8Array} bytes
 */
function isOurs(name, bytes) {
  if (!/\.safetensors$/i.test(name)) return false;
  const length = bytes.length < 8 ? Infinity : Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (length > bytes.length) return true;
  const header = new TextDecoder().decode(bytes.subarray(8, 8 + length));
  return !header.startsWith("{") || header.includes('"segscope-');
}
