// What a page's JavaScript holds, and that of its workers, after a collection: through Chromium's debugger, since nothing else tells of
// workers.

/** @typedef {import("playwright-core").CDPSession} CDPSession */
/** @typedef {{page: number, workers: number}} JsHeap bytes of objects and of array buffers */

/**
 * Opened once for as long as a page is measured: each debugger that attaches leaves something behind.
 * @param {import("playwright-core").Page} page with the workers it will have
 * @returns {Promise<() => Promise<JsHeap>>}
 */
export async function jsHeapOf(page) {
  const session = await page.context().newCDPSession(page);
  /** @type {string[]} */
  const workers = [];
  session.on("Target.attachedToTarget", ({ sessionId, targetInfo }) => {
    if (targetInfo.type === "worker") workers.push(sessionId);
  });
  await session.send("Target.setAutoAttach", { autoAttach: true, waitForDebuggerOnStart: false, flatten: false });
  const onPage = (/** @type {Method} */ method) => session.send(method);
  return async () => {
    const sizes = [await collected(onPage)];
    for (const worker of workers) sizes.push(await collected((method) => askWorker(session, worker, method)));
    const [own = 0, ...others] = sizes;
    return { page: own, workers: others.reduce((sum, size) => sum + size, 0) };
  };
}

/** @typedef {"HeapProfiler.collectGarbage" | "Runtime.getHeapUsage"} Method */

/** @param {(method: Method) => Promise<any>} ask */
async function collected(ask) {
  // What a finaliser lets go of, as wasm-bindgen's do, is garbage for the second collection only.
  for (let i = 0; i < 2; i++) await ask("HeapProfiler.collectGarbage");
  const { usedSize, backingStorageSize } = await ask("Runtime.getHeapUsage");
  return usedSize + backingStorageSize;
}

let lastId = 0;

/**
 * playwright hands out no sessions of workers; their messages go through the page's.
 * @param {CDPSession} session
 * @param {string} sessionId
 * @param {Method} method
 */
function askWorker(session, sessionId, method) {
  const id = ++lastId;
  const answered = new Promise((resolve, reject) => {
    const listen = (/** @type {{sessionId: string, message: string}} */ event) => {
      const answer = JSON.parse(event.message);
      if (event.sessionId !== sessionId || answer.id !== id) return;
      session.off("Target.receivedMessageFromTarget", listen);
      if (answer.error) reject(new Error(`${method}: ${answer.error.message}`));
      else resolve(answer.result);
    };
    session.on("Target.receivedMessageFromTarget", listen);
  });
  return session.send("Target.sendMessageToTarget", { sessionId, message: JSON.stringify({ id, method }) }).then(() => answered);
}
