// The classroom pack as a school has it: below a sub-path of a plain host, opened once, then without a network.
import { join } from "node:path";
import { startHost } from "./host.js";

const PACKED = process.env.SEGSCOPE_CLASSROOM ?? join(import.meta.dirname, "../../target/e2e/classroom");
const PLACE = "/some/where/";

/**
 * For a test's `place`: the network is cut when the test's body begins, and whatever it opens is what the browser has kept.
 * @returns {Promise<import("./harness.js").Place>}
 */
export async function keptClassroom() {
  const { origin, stop } = await startHost(PACKED);
  return {
    base: `${origin}${PLACE}`,
    leave: stop,
    async enter(context) {
      const page = await context.newPage();
      await page.goto("www/learn/?lang=en");
      await page.locator("html[data-offline=kept]").waitFor({ timeout: 120_000 });
      await page.close();
      stop();
      await context.setOffline(true);
    },
  };
}
