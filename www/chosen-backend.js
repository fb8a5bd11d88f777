/** What the visitor wants the network to run on, from visit to visit. */

/** @typedef {"auto" | import("./types.js").BackendName} Backend */

const KEY = "segscope.backend";

/** The address (`?backend=cpu`) counts more than what was chosen before. @returns {Backend} */
export function chosenBackend() {
  const choices = [new URLSearchParams(location.search).get("backend"), stored()];
  return choices.find((choice) => choice === "auto" || choice === "webgpu" || choice === "cpu") ?? "auto";
}

/** `?threads=1` in the address; nothing else is automatic. @returns {number | undefined} */
export function chosenThreads() {
  const threads = Number(new URLSearchParams(location.search).get("threads"));
  return Number.isInteger(threads) && threads >= 1 ? threads : undefined;
}

/** `?activations=f32` in the address. @returns {"auto" | import("./types.js").Activations} */
export function chosenActivations() {
  const wanted = new URLSearchParams(location.search).get("activations");
  return wanted === "f32" || wanted === "f16" || wanted === "int8" ? wanted : "auto";
}

function stored() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    // A browser that stores nothing starts anew each time.
    return null;
  }
}

/** @param {Backend} backend */
export function rememberBackend(backend) {
  try {
    localStorage.setItem(KEY, backend);
  } catch {
    // The choice holds until the page is closed.
  }
}
