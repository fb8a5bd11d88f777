/** The one kind of error this API throws: a stable kebab-case `code` to branch on, a `message` that says what to do. */
export class SegscopeError extends Error {
  /**
   * @param {string} code
   * @param {string} message
   * @param {ErrorOptions} [options]
   */
  constructor(code, message, options) {
    super(message, options);
    this.name = "SegscopeError";
    this.code = code;
  }
}

/**
 * The code of whatever was thrown; `unexpected` for what nobody foresaw.
 * @param {unknown} error
 */
export function codeOf(error) {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "unexpected";
}

/**
 * Whatever was thrown, as our kind of error. The wasm throws plain Errors that carry a code.
 * @param {unknown} error
 * @returns {SegscopeError}
 */
export function asSegscopeError(error) {
  if (error instanceof SegscopeError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new SegscopeError(codeOf(error), message, { cause: error });
}

/** @returns {SegscopeError} */
export const abortedError = () => new SegscopeError("aborted", "Cancelled.");

/** Codes of what only a new engine recovers from, on the main page a new page. */
export const NEEDS_RELOAD = ["engine-crashed", "engine-load-failed"];

/** Codes of what may succeed when it is tried again. */
export const MAY_PASS = ["offline", "download-failed", "hash-mismatch", "device-lost", "catalogue-invalid"];
