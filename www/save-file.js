import { h } from "./dom.js";

/**
 * Hands a file to the visitor.
 * @param {Blob} blob
 * @param {string} name
 */
export function saveFile(blob, name) {
  const url = URL.createObjectURL(blob);
  h("a", { href: url, download: name }).click();
  // The download has its own reference by the time the next task runs.
  setTimeout(() => URL.revokeObjectURL(url));
}
