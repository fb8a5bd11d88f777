/** Where the page stands, for people (a live line), scripts and tests (`data-state`, `data-error` on the root element). */

/** @type {Record<import("./workbench.js").State, string>} */
const SENTENCES = {
  starting: "Starting the engine…",
  ready: "Ready. Open a photo.",
  loading: "Loading…",
  working: "Segmenting…",
  done: "Done.",
  live: "Live.",
};

const root = document.documentElement;

/**
 * @param {HTMLElement} line a live region
 * @param {import("./workbench.js").State} state
 * @param {string} [sentence] instead of the usual one
 */
export function showState(line, state, sentence = SENTENCES[state]) {
  root.dataset.state = state;
  line.textContent = sentence;
}

/**
 * `data-error` is the code of the message on screen. A warning leaves the state as it is: work went on.
 * @param {string} code
 * @param {boolean} isWarning
 */
export function showError(code, isWarning) {
  root.dataset.error = code;
  if (!isWarning) root.dataset.state = "error";
}

/**
 * The message is gone from the screen.
 * @param {"ready" | "done" | "live"} restingState what an error gives way to
 */
export function clearError(restingState) {
  delete root.dataset.error;
  if (root.dataset.state === "error") root.dataset.state = restingState;
}
