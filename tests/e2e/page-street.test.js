// A drive through town: a film of street scenes whose roads are known, with the model for streets.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { film } from "./film.js";
import { onEveryBackend } from "./harness.js";
import { TIMEOUT, agreesOnScreen, openWatched, seek, waitForLive } from "./live-driver.js";
import { chooseModel, readTruth, waitForState } from "./page-driver.js";

const DATA = process.env.SEGSCOPE_DATA;
const PACK = join(DATA ?? "", "street_camvid");
const ROAD = 3;
const SCENES = 3;
/** Of the network, on every machine: near the scenes' own. */
const SIDE = 480;
/** Half a second. */
const FRAMES_EACH = 13;

onEveryBackend("a drive through town: the road is found in each scene that is sought", { skip: DATA ? false : "SEGSCOPE_DATA is not set", timeout: 2 * TIMEOUT }, async (stage) => {
  const names = (await readFile(join(PACK, "test.txt"), "utf8")).trim().split("\n");
  const scenes = Array.from({ length: SCENES }, (_, i) => names[Math.floor(((i + 0.5) * names.length) / SCENES)]);
  const page = await openWatched(stage);
  await chooseModel(page, "street");
  await waitForState(page, "ready");
  const pictures = await Promise.all(scenes.map((name) => readFile(join(PACK, "images", `${name}.jpg`), "base64")));
  const stills = pictures.map((base64) => `data:image/jpeg;base64,${base64}`);
  const source = await film(page, { width: 480, height: 360, stills, framesEach: FRAMES_EACH });
  await page.locator("#file").setInputFiles(source);
  await waitForLive(page);
  await page.locator("live-bar").getByRole("button", { name: "Pause" }).click();
  await page.locator("#opacity").fill("100");
  // However long a frame takes here.
  await page.locator("#network-side").selectOption(String(SIDE));
  for (const [i, name] of scenes.entries()) {
    await seek(page, source, (i + 0.5) / SCENES);
    const truth = await readTruth(join(PACK, "masks", `${name}.png`));
    await agreesOnScreen(page, { model: "street", classId: ROAD, truth }, 0.85);
  }
});
