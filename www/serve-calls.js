/**
 * What a method may use while it works; it comes after the caller's arguments.
 * @typedef {object} Call
 * @property {AbortSignal} signal aborted when the caller no longer waits
 * @property {(progress: unknown) => void} report tells the caller how far it is
 */

/**
 * The worker's side of rpc.js: answers calls of `methods`, reports a trap of the wasm as the end of this worker.
 * @param {Record<string, (...args: any[]) => unknown>} methods
 */
export function serveCalls(methods) {
  const scope = /** @type {{postMessage(message: unknown, transfer?: Transferable[]): void} & EventTarget} */ (
    /** @type {unknown} */ (globalThis)
  );
  /** @param {unknown} reason */
  const crash = (reason) => scope.postMessage({ crashed: reason instanceof Error ? (reason.stack ?? reason.message) : String(reason) });

  /** One call at a time is under way. */
  let running = { id: 0, controller: new AbortController() };

  scope.addEventListener("message", async (event) => {
    const { id, method, args, cancelled } = /** @type {MessageEvent} */ (event).data;
    if (cancelled !== undefined) {
      if (cancelled === running.id) running.controller.abort();
      return;
    }
    running = { id, controller: new AbortController() };
    /** @type {Call} */
    const call = { signal: running.controller.signal, report: (progress) => scope.postMessage({ id, progress }) };
    try {
      const value = await methods[method]?.(...args, call);
      scope.postMessage({ id, value }, buffersOf(value));
    } catch (error) {
      // A trap leaves the wasm's memory in an unknown state: nothing may call it again.
      if (error instanceof WebAssembly.RuntimeError) return crash(error);
      const { code = "unexpected", message = String(error) } = /** @type {{code?: string, message?: string}} */ (error ?? {});
      scope.postMessage({ id, error: { code: String(code), message } });
    }
  });
  // A trap inside a promise of the wasm rejects nothing that anyone awaits.
  scope.addEventListener("unhandledrejection", (event) => crash(/** @type {PromiseRejectionEvent} */ (event).reason));
  scope.addEventListener("error", (event) => crash(/** @type {ErrorEvent} */ (event).message));
}

/**
 * Bulk data moves instead of being copied.
 * @param {unknown} value
 * @returns {Transferable[]}
 */
function buffersOf(value) {
  const data = value && typeof value === "object" && "data" in value ? value.data : value;
  return ArrayBuffer.isView(data) && data.buffer instanceof ArrayBuffer && data.byteLength === data.buffer.byteLength
    ? [data.buffer]
    : [];
}
