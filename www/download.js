import { SegscopeError, abortedError } from "./errors.js";

/** What has arrived of files whose download broke off or was cancelled, by hash. @type {Map<string, Uint8Array<ArrayBuffer>[]>} */
const partial = new Map();

/** @param {Uint8Array<ArrayBuffer>} bytes @returns {Promise<string>} lower-case hexadecimal digits */
export async function sha256Of(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Fetches a file. With a hash the bytes are checked, and an earlier attempt that broke off is resumed.
 *
 * Errors: `offline`, `download-failed`, `hash-mismatch`, `aborted`.
 * @param {string} url
 * @param {{sha256?: string, sizeBytes?: number, onProgress?: ((progress: import("./types.js").Progress) => void) | undefined,
 *   signal?: AbortSignal | undefined}} [options]
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
export async function download(url, { sha256, sizeBytes = 0, onProgress, signal } = {}) {
  const earlier = sha256 ? (partial.get(sha256) ?? []) : [];
  const bytes = await attempt(url, earlier, { sha256, sizeBytes, onProgress, signal });
  if (sha256 === undefined || (await sha256Of(bytes)) === sha256) return bytes;
  // Two halves of different versions: once more from the start.
  if (earlier.length > 0) return download(url, { sha256, sizeBytes, onProgress, signal });
  throw new SegscopeError(
    "hash-mismatch",
    "The file that arrived is not the model that was expected, so it was thrown away. Try again later or on another network.",
  );
}

/**
 * @param {string} url
 * @param {Uint8Array<ArrayBuffer>[]} earlier
 * @param {{sha256: string | undefined, sizeBytes: number, onProgress: ((progress: import("./types.js").Progress) => void) | undefined,
 *   signal: AbortSignal | undefined}} options
 */
async function attempt(url, earlier, { sha256, sizeBytes, onProgress, signal }) {
  let chunks = earlier;
  if (sha256) partial.delete(sha256);
  try {
    const offset = total(chunks);
    onProgress?.({ phase: "download", receivedBytes: offset, totalBytes: sizeBytes });
    const response = await fetch(url, {
      signal: signal ?? null,
      headers: offset > 0 ? { range: `bytes=${offset}-` } : {},
      credentials: "omit",
      referrerPolicy: "no-referrer",
    });
    if (!response.ok || !response.body) {
      throw new SegscopeError("download-failed", `The server answered ${response.status} for ${url}. Try again later.`);
    }
    if (response.status !== 206) chunks = [];
    const totalBytes = sizeBytes || Number(response.headers.get("content-length"));
    for (const reader = response.body.getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) break;
      chunks.push(value);
      onProgress?.({ phase: "download", receivedBytes: total(chunks), totalBytes });
    }
    return joined(chunks);
  } catch (error) {
    if (error instanceof SegscopeError) throw error;
    if (sha256 && chunks.length > 0) partial.set(sha256, chunks);
    if (signal?.aborted) throw abortedError();
    throw new SegscopeError("offline", `The server ${new URL(url).host} cannot be reached. Check the connection, then try again.`, { cause: error });
  }
}

/** @param {Uint8Array[]} chunks */
const total = (chunks) => chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0);

/** @param {Uint8Array[]} chunks */
function joined(chunks) {
  const bytes = new Uint8Array(total(chunks));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}
