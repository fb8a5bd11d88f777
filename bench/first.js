// Cold first masks: a browser that has never seen the page, from the start of navigation, downloads from this machine included.
import { freshBrowser, openEngine, patiently, reason } from "./chromium.js";

/**
 * @param {import("./engines.js").Engine[]} engines
 * @param {string} model
 * @param {number} size
 * @param {import("./run.js").Options} options
 * @param {Map<string, Set<string>>} fetched gets the paths that each engine fetches
 * @returns {Promise<Map<string, {times: number[], problem: string | null}>>} milliseconds, by the engine's id
 */
export async function measureFirst(engines, model, size, { origin, cold, cap_s }, fetched) {
  /** @type {Map<string, {times: number[], problem: string | null}>} */
  const results = new Map(engines.map(({ id }) => [id, { times: [], problem: null }]));
  for (let round = 0; round < cold; round++) {
    for (const engine of engines) {
      const result = results.get(engine.id);
      if (!result || result.problem) continue;
      if (result.times.reduce((sum, ms) => sum + ms, 0) / 1000 > cap_s) {
        result.problem = `${result.times.length} of ${cold} first masks, which took more than ${cap_s} s (--cap)`;
        continue;
      }
      const paths = fetched.get(engine.id) ?? new Set();
      fetched.set(engine.id, paths);
      const browser = await freshBrowser();
      try {
        const page = await openEngine(browser, origin, engine, { model, size, first: true }, (url) => paths.add(url.pathname));
        result.times.push(Number(await patiently(page.evaluate("bench.first"))));
      } catch (error) {
        result.problem = `first mask: ${reason(error)}`;
      } finally {
        await browser.close();
      }
    }
  }
  return results;
}
