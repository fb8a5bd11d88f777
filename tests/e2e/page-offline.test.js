// The classroom pack, from a sub-path of a plain host: after one visit every lesson opens with the network cut, and computes.
import assert from "node:assert/strict";
import { LESSONS } from "../../www/learn/lessons.js";
import { keptClassroom } from "./classroom.js";
import { browserTest } from "./harness.js";
import { waitForState } from "./page-driver.js";

browserTest("with the network cut every lesson opens and answers its question, and the photo page segments", { timeout: 420_000, place: keptClassroom }, async (stage) => {
  const page = await stage.openPage("www/learn/?lang=en");
  assert.equal(await page.locator("link[rel=manifest]").getAttribute("href"), "../../manifest.webmanifest");
  for (const { folder, titles } of LESSONS) {
    await page.goto(`www/learn/${folder}/?lang=en`);
    await waitForState(page, "done");
    await page.getByRole("heading", { level: 1, name: titles.en }).waitFor();
    const question = page.locator("lesson-question").first();
    const number = question.locator("input[type=number]");
    if (await number.count()) await number.fill("1");
    else await question.locator("input[type=radio]").first().check();
    await question.getByRole("button", { name: "Reveal" }).click();
    await page.locator("lesson-question[data-outcome=right], lesson-question[data-outcome=wrong]").first().waitFor({ timeout: 60_000 });
  }
  await page.goto("./?backend=cpu");
  await waitForState(page, "ready");
  await page.getByRole("button", { name: "Astronaut in front of a flag" }).click();
  await waitForState(page, "done");
});

browserTest("a browser finds nothing that keeps it from being installed", { place: keptClassroom }, async (stage) => {
  const page = await stage.openPage("www/learn/?lang=en");
  const devtools = await stage.context.newCDPSession(page);
  const { url, errors } = await devtools.send("Page.getAppManifest");
  assert.match(url, /\/some\/where\/manifest\.webmanifest$/);
  assert.deepEqual(errors, []);
  const { installabilityErrors } = await devtools.send("Page.getInstallabilityErrors");
  // A test's context is a private window, which installs nothing.
  assert.deepEqual(installabilityErrors.map(({ errorId }) => errorId), ["in-incognito"]);
});
