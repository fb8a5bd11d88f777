import { SegscopeError } from "./errors.js";

/** How PyTorch names its checkpoints, zip archives or, older ones, bare pickles. */
const CHECKPOINT = /\.(pth|pt)$/i;
const MODEL_FILE = /\.(safetensors|pth|pt)$/i;

/** @param {File} file */
export const isModelFile = (file) => MODEL_FILE.test(file.name);

/**
 * A visitor's own file as `Engine.loadModel` takes it: our model file as it is; a checkpoint must be one that the catalogue knows.
 *
 * Errors: `model-unknown-checkpoint`.
 * @param {import("./models.js").ModelStore} store
 * @param {File} file
 */
export async function readModelFile(store, file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (!CHECKPOINT.test(file.name)) return { spec: null, bytes };
  const spec = await store.entryOfCheckpoint(bytes);
  if (spec) return { spec, bytes };
  throw new SegscopeError(
    "model-unknown-checkpoint",
    `"${file.name}" is a PyTorch checkpoint that the catalogue does not know. Convert it with "cargo xtask import", then drop the model file it writes.`,
  );
}
