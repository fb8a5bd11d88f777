// What `cargo xtask pack` writes, on a plain static server, under a path of its own: it works, and needs nothing from elsewhere.
import assert from "node:assert/strict";
import { join } from "node:path";
import { accessibilityViolations } from "./accessibility.js";
import { browserTest } from "./harness.js";
import { startHost } from "./host.js";
import { exportMask, openPage, samplePath, segmentPhoto } from "./page-driver.js";

const PACKED = process.env.SEGSCOPE_PACKED ?? join(import.meta.dirname, "../../target/e2e/packed");
const PLACE = "/some/where/";
browserTest("the packed folder segments a photo from a sub-path of a plain host, as the page itself does", { timeout: 180_000, context: { bypassCSP: true }, allow: [/^request elsewhere: http:..127\.0\.0\.1/] }, async (stage) => {
  const page = await openPage({ ...stage, query: "?backend=cpu&threads=1" });
  await segmentPhoto(page, samplePath("astronaut.jpg"));
  const { data } = await exportMask(page);
  const person = (100 * data.filter((id) => id === 1).length) / data.length;

  const { origin, stop } = await startHost(PACKED);
  try {
    const packed = await stage.context.newPage();
    /** @type {string[]} */
    const elsewhere = [];
    packed.on("request", (request) => {
      if (!request.url().startsWith(`${origin}${PLACE}`) && !/^(data|blob):/.test(request.url())) elsewhere.push(request.url());
    });
    await packed.goto(`${origin}${PLACE}`);
    await packed.getByText("Choose a photo, or drop one.").waitFor({ timeout: 60_000 });
    await packed.locator("seg-scope input").setInputFiles(samplePath("astronaut.jpg"));
    await packed.locator("seg-scope[data-state=done]").waitFor({ timeout: 60_000 });
    const [, share] = /person ([\d.]+) %/.exec(await packed.locator("p").innerText()) ?? [];
    assert.ok(Math.abs(Number(share) - person) < 0.2, `${share} % is a person, ${person} % on our own page`);
    assert.match((await packed.locator("seg-scope canvas").getAttribute("aria-label")) ?? "", /person \d+ %/);
    assert.deepEqual(elsewhere, []);
    assert.deepEqual(await accessibilityViolations(packed), []);

    await packed.locator("seg-scope input").setInputFiles({ name: "text.jpg", mimeType: "image/jpeg", buffer: Buffer.from("no picture") });
    await packed.getByText("(not-an-image)").waitFor();
    assert.equal(await packed.locator("seg-scope").getAttribute("data-error"), "not-an-image");
  } finally {
    stop();
  }
});
