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
  if (isOurs(bytes)) return { spec: null, bytes };
  const spec = (await store.entryOfCheckpoint(bytes)) ?? null;
  if (spec) return { spec, bytes };
  return { spec, bytes: (await store.importFile(bytes, file.name, options)).bytes };
}

/**
 * Whether this is a model file: its header, behind eight bytes that tell how long it is, says so. The engine looks closer.
 * @param {Uint8Array} bytes
 */
function isOurs(bytes) {
  if (bytes.length < 8) return false;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (length > bytes.length) return false;
  return new TextDecoder().decode(bytes.subarray(8, 8 + Number(length))).includes('"segscope-');
}
