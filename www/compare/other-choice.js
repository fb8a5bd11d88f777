import { RUNS } from "./runs.js";

/** @typedef {import("./address.js").Choice} Choice */

/**
 * What a new pane begins with: a model that is shipped and not among these; else the first one, on something else.
 * @param {Choice[]} choices
 * @param {import("../types.js").CatalogueEntry[]} entries
 * @returns {Choice}
 */
export function otherChoice(choices, entries) {
  const shipped = entries.filter(({ file }) => file);
  const other = shipped.find(({ id }) => choices.every(({ model }) => model !== id));
  if (other) return { model: other.id, run: RUNS[0].id };
  const model = choices[0]?.model ?? shipped[0]?.id ?? "";
  const run = RUNS.find(({ id }) => choices.every((choice) => choice.model !== model || choice.run !== id)) ?? RUNS[0];
  return { model, run: run.id };
}
