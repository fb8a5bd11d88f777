// What each engine makes a visitor download besides the model, as a web server would send it.
import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants } from "node:zlib";

const ROOT = join(import.meta.dirname, "..");
// The strongest setting takes a minute for the largest of these files, so that sizes are kept.
const KEPT = join(ROOT, "target/bench/brotli");
// The page that measures, its picture, and the models are no part of an engine.
const OURS = /^\/(bench\/(?!pkg\/(ort|burn)\/)|www\/samples\/|favicon)/;

/** @typedef {{files: number, raw: number, brotli: number}} Download */

/**
 * @param {Map<string, Set<string>>} fetched paths by the engine's id
 * @returns {Promise<Record<string, Download>>} by the engine's id
 */
export async function downloads(fetched) {
  /** @type {Record<string, Download>} */
  const sizes = {};
  for (const [id, paths] of fetched) {
    const files = [...paths].filter((path) => !OURS.test(path) && !path.endsWith("/"));
    sizes[id] = { files: files.length, raw: 0, brotli: 0 };
    for (const file of files) {
      const bytes = await readFile(join(ROOT, file));
      sizes[id].raw += bytes.length;
      sizes[id].brotli += await compressedSize(bytes);
    }
  }
  return sizes;
}

/** @param {Buffer} bytes */
async function compressedSize(bytes) {
  const kept = join(KEPT, createHash("sha256").update(bytes).digest("hex"));
  const known = await readFile(kept, "utf8").catch(() => null);
  if (known) return Number(known);
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 22 };
  const { length } = await promisify(brotliCompress)(bytes, { params });
  await mkdir(KEPT, { recursive: true });
  await writeFile(kept, String(length));
  return length;
}
