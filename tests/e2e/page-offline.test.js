// The classroom pack, from a sub-path of a plain host: after one visit every lesson opens with the network cut, and computes.
import assert from "node:assert/strict";
import { join } from "node:path";
import { LESSONS } from "../../www/learn/lessons.js";
import { browserTest } from "./harness.js";
import { startHost } from "./host.js";
import { waitForState } from "./page-driver.js";

const PACKED = process.env.SEGSCOPE_CLASSROOM ?? join(import.meta.dirname, "../../target/e2e/classroom");
const PLACE = "/some/where/";

browserTest("with the network cut every lesson opens and answers its question, and the photo page segments", { timeout: 420_000, allow: [/^request elsewhere: http:..127\.0\.0\.1/] }, async (stage) => {
  const { origin, stop } = await startHost(PACKED);
  const page = await stage.context.newPage();
  try {
    await page.goto(`${origin}${PLACE}www/learn/?lang=en`);
    await page.locator("html[data-offline=kept]").waitFor({ timeout: 120_000 });
    assert.equal(await page.locator("link[rel=manifest]").getAttribute("href"), "../../manifest.webmanifest");
  } finally {
    stop();
  }
  await stage.context.setOffline(true);
  for (const { folder, titles } of LESSONS) {
    await page.goto(`${origin}${PLACE}www/learn/${folder}/?lang=en`);
    await waitForState(page, "done");
    await page.getByRole("heading", { level: 1, name: titles.en }).waitFor();
    const question = page.locator("lesson-question").first();
    const number = question.locator("input[type=number]");
    if (await number.count()) await number.fill("1");
    else await question.locator("input[type=radio]").first().check();
    await question.getByRole("button", { name: "Reveal" }).click();
    await page.locator("lesson-question[data-outcome=right], lesson-question[data-outcome=wrong]").first().waitFor({ timeout: 60_000 });
  }
  await page.goto(`${origin}${PLACE}?backend=cpu`);
  await waitForState(page, "ready");
  await page.getByRole("button", { name: "Astronaut in front of a flag" }).click();
  await waitForState(page, "done");
});
