/** What of the page its address tells, so that a link shows another person the same: panes, zoom, sample. */
import { PRECISIONS } from "./precisions.js";
import { WHOLE, isSame, limited } from "./zoom.js";

/**
 * A catalogue entry's id, a Run's, and the precision of the weights, if it is not as they come.
 * @typedef {{model: string, run: string | undefined, precision?: import("../types.js").Precision | undefined}} Choice
 */
/** @typedef {{choices: Choice[], zoom: import("./zoom.js").Zoom, sample: string | null}} Address */

/** What lies in www/samples. */
const SAMPLE = /^[a-z-]+\.jpg$/;

/**
 * @param {string} search
 * @returns {Address}
 */
export function readAddress(search) {
  const parameters = new URLSearchParams(search);
  const choices = parameters.getAll("pane").map((pane) => {
    const [model = "", run, precision] = pane.split(".");
    return { model, run, precision: PRECISIONS.find((known) => known === precision) };
  });
  const number = (/** @type {string} */ name, /** @type {number} */ otherwise) => {
    const value = parseFloat(parameters.get(name) ?? "");
    return Number.isFinite(value) ? value : otherwise;
  };
  const zoom = limited({ zoom: number("zoom", WHOLE.zoom), x: number("x", WHOLE.x), y: number("y", WHOLE.y) });
  const sample = parameters.get("photo") ?? "";
  return { choices, zoom, sample: SAMPLE.test(sample) ? sample : null };
}

/**
 * @param {Address} address
 * @param {string} search whose other parameters stay
 */
export function writeAddress({ choices, zoom, sample }, search) {
  const parameters = new URLSearchParams(search);
  for (const name of ["pane", "zoom", "x", "y", "photo"]) parameters.delete(name);
  for (const { model, run, precision } of choices) parameters.append("pane", [model, run, precision].filter(Boolean).join("."));
  if (sample) parameters.set("photo", sample);
  if (!isSame(zoom, WHOLE)) {
    for (const name of /** @type {const} */ (["zoom", "x", "y"])) parameters.set(name, String(Number(zoom[name].toFixed(4))));
  }
  return `?${parameters}`;
}
