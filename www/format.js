/** Numbers and names as a person reads them. */

/** @param {number} bytes */
export function megabytes(bytes) {
  return bytes < 100_000 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(bytes < 10_000_000 ? 1 : 0)} MB`;
}

/** @param {number} ms */
export function duration(ms) {
  if (ms < 1) return "< 1 ms";
  return ms < 10_000 ? `${Math.round(ms).toLocaleString("en")} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** @param {number} fraction 0..1 */
export function percent(fraction) {
  if (fraction > 0 && fraction < 0.001) return "< 0.1 %";
  return `${(fraction * 100).toFixed(1)} %`;
}

/** Class names are those of the data sets: `dress_skirt`, `traffic-light`. @param {string} name */
export const readable = (name) => name.replace(/[_-]/g, " ");

/** Errors from the wasm are phrases, as is Rust's custom. @param {string} phrase */
export const asSentence = (phrase) => phrase.charAt(0).toUpperCase() + phrase.slice(1) + (/[.?!]$/.test(phrase) ? "" : ".");
