import { SegscopeError, abortedError, asSegscopeError } from "./errors.js";

/** What a worker answers. `progress` comes before the answer; `crashed` means that it will never answer again. @typedef {{id: number, value?: unknown, error?: {code: string, message: string}} | {id: number, progress: any} | {crashed: string}} Reply */

/** @typedef {{args: unknown[], transfer?: Transferable[]}} Call */

/**
 * @typedef {object} Request
 * @property {string} method
 * @property {() => Promise<Call> | Call} prepare
 * @property {string | undefined} slot
 * @property {((progress: any) => void) | undefined} onProgress
 * @property {(() => void) | undefined} onDoneAllTheSame
 * @property {(value: any) => void} resolve
 * @property {(error: Error) => void} reject
 * @property {boolean} isSettled
 */

/**
 * Requests to a worker and their answers: one in flight, the others wait in order. Of requests that share a `slot` only
 * the newest waits; it replaces an older waiting one, which fails with `superseded`.
 */
export class Rpc {
  /** @type {Worker} */ #worker;
  /** On which the worker's own workers report that they trapped, while it waits for them and hears nothing. */
  #crashes = new BroadcastChannel(`segscope.${Math.random()}`);
  /** @type {Request[]} */ #waiting = [];
  /** @type {Request | null} */ #inFlight = null;
  #id = 0;
  /** @type {SegscopeError | null} */ #ended = null;

  /** @param {Worker} worker */
  constructor(worker) {
    this.#worker = worker;
    worker.onmessage = ({ data }) => this.#receive(data);
    this.#crashes.onmessage = ({ data }) => this.#receive(data);
    worker.onmessageerror = () => this.end(new SegscopeError("engine-crashed", "The engine's answer was lost. Reload the page."));
    // Before the first answer this is a file that is missing or does not parse.
    worker.onerror = (event) => {
      event.preventDefault();
      this.end(
        new SegscopeError("engine-load-failed", "The engine's files could not be loaded. Check the connection, then reload the page.", {
          cause: event.message,
        }),
      );
    };
  }

  /** Name of the channel for crashes. */
  get crashes() {
    return this.#crashes.name;
  }

  /**
   * `prepare` makes the arguments when the request's turn has come, so a request that waited sends the newest frame. The
   * worker hears of an aborted request, and may end it at once; if it comes to its end instead, `onDoneAllTheSame` is called.
   * @param {string} method
   * @param {() => Promise<Call> | Call} [prepare]
   * @param {{slot?: string, signal?: AbortSignal | undefined, onProgress?: ((progress: any) => void) | undefined, onDoneAllTheSame?: () => void}} [options]
   * @returns {Promise<any>}
   */
  call(method, prepare = () => ({ args: [] }), { slot, signal, onProgress, onDoneAllTheSame } = {}) {
    if (this.#ended) return Promise.reject(this.#ended);
    if (signal?.aborted) return Promise.reject(abortedError());
    return new Promise((resolve, reject) => {
      /** @type {Request} */
      const request = {
        method,
        prepare,
        slot,
        onProgress,
        onDoneAllTheSame,
        isSettled: false,
        resolve: (value) => settle(() => resolve(value)),
        reject: (error) => settle(() => reject(error)),
      };
      const abort = () => {
        this.#waiting = this.#waiting.filter((other) => other !== request);
        if (request === this.#inFlight) this.#worker.postMessage({ cancelled: this.#id });
        request.reject(abortedError());
      };
      /** @param {() => void} finish */
      const settle = (finish) => {
        request.isSettled = true;
        signal?.removeEventListener("abort", abort);
        finish();
      };
      signal?.addEventListener("abort", abort);
      this.#enqueue(request);
    });
  }

  /**
   * Ends the worker; what waits and what comes later fails with `error`.
   * @param {SegscopeError} error
   */
  end(error) {
    if (this.#ended) return;
    this.#ended = error;
    this.#worker.terminate();
    this.#crashes.close();
    const open = this.#inFlight ? [this.#inFlight, ...this.#waiting] : this.#waiting;
    this.#inFlight = null;
    this.#waiting = [];
    for (const request of open) if (!request.isSettled) request.reject(error);
  }

  /** @param {Request} request */
  #enqueue(request) {
    const older = request.slot && this.#waiting.find((other) => other.slot === request.slot);
    if (older) {
      this.#waiting = this.#waiting.filter((other) => other !== older);
      older.reject(new SegscopeError("superseded", "A newer picture took this one's place."));
    }
    this.#waiting.push(request);
    void this.#sendNext();
  }

  async #sendNext() {
    if (this.#inFlight) return;
    const request = this.#waiting.shift();
    if (!request) return;
    this.#inFlight = request;
    try {
      const { args, transfer = [] } = await request.prepare();
      if (request.isSettled) {
        for (const item of transfer) if ("close" in item) item.close();
        return this.#finish();
      }
      this.#worker.postMessage({ id: ++this.#id, method: request.method, args }, transfer);
    } catch (error) {
      if (!request.isSettled) request.reject(asSegscopeError(error));
      this.#finish();
    }
  }

  #finish() {
    this.#inFlight = null;
    void this.#sendNext();
  }

  /** @param {Reply} reply */
  #receive(reply) {
    if ("crashed" in reply) {
      return this.end(
        new SegscopeError("engine-crashed", "The engine stopped unexpectedly. Reload the page to go on.", { cause: reply.crashed }),
      );
    }
    const request = this.#inFlight;
    if (!request || reply.id !== this.#id) return;
    if ("progress" in reply) {
      if (!request.isSettled) request.onProgress?.(reply.progress);
      return;
    }
    if (request.isSettled) {
      if (!reply.error) request.onDoneAllTheSame?.();
    } else {
      if (reply.error) request.reject(new SegscopeError(reply.error.code, reply.error.message));
      else request.resolve(reply.value);
    }
    this.#finish();
  }
}
