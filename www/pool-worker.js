/** One of the threads that pool.js starts: takes the wasm and its memory, says that it is ready, and works until it is ended. */

/** @typedef {{initSync(wasm: {module: WebAssembly.Module, memory: WebAssembly.Memory}): void, joinPool(): void}} Wasm */

/** @type {Wasm} */
let wasm;
/** @type {BroadcastChannel} */
let crashes;

addEventListener("message", async ({ data }) => {
  if (data !== "join") {
    const { module, memory } = data;
    crashes = new BroadcastChannel(data.crashes);
    wasm = await import(new URL("./pkg/engine-threads.js", import.meta.url).href);
    wasm.initSync({ module, memory });
    return postMessage("ready");
  }
  try {
    wasm.joinPool();
  } catch (error) {
    // The worker that waits for this thread's share will wait forever: the page has to hear of it, and ends both.
    crashes.postMessage({ crashed: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
});
