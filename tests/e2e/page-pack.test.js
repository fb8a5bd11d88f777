// What `cargo xtask pack` writes, on a plain static server, under a path of its own: it works, and needs nothing from elsewhere. The npm package
// beside it has its files and types; a file that is no model is told before it is packed.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { access, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { accessibilityViolations } from "./accessibility.js";
import { browserTest } from "./harness.js";
import { startHost } from "./host.js";
import { exportMask, openPage, samplePath, segmentPhoto } from "./page-driver.js";

const PACKED = process.env.SEGSCOPE_PACKED ?? join(import.meta.dirname, "../../target/e2e/packed");
const PLACE = "/some/where/";
const PACKAGE = join(PACKED, PLACE, "segscope");
const ROOT = join(import.meta.dirname, "../..");
const MODEL = join(ROOT, "models/people.safetensors");

/** A program that uses the package. What `@ts-expect-error` stands before would pass if it were `any`, and is then an error itself. */
const CONSUMER = `
import { Engine, ModelStore, SegscopeError, decodePicture } from "segscope";
import { SegScope } from "segscope/element";

export async function share(photo: Blob): Promise<number> {
  const engine: Engine = await Engine.create({ backend: "cpu", threads: 1 });
  // @ts-expect-error
  await Engine.create({ backend: "abacus" });
  try {
    const model = await engine.loadModel("model.safetensors", { onProgress: ({ receivedBytes }) => receivedBytes.toFixed() });
    const about: string = model.name + model.licence + model.data + model.delivery.source;
    // @ts-expect-error
    model.nothing;
    await engine.setView({ opacity: 0.7, background: "grey" });
    const { classes, timings } = await engine.segment(await decodePicture(photo), { detail: 2 });
    // @ts-expect-error
    classes.nothing;
    const mask: Uint8Array = (await engine.readMask()).data;
    const found = classes.find(({ name }) => name === about);
    return found ? found.fraction : timings.total + mask.length;
  } catch (error) {
    if (!(error instanceof SegscopeError)) throw error;
    // @ts-expect-error
    error.nothing;
    const code: string = error.code;
    throw new Error(code, { cause: error });
  } finally {
    await engine.dispose();
  }
}

export async function shareOf(element: SegScope, photo: Blob): Promise<number> {
  // @ts-expect-error
  element.nothing;
  const engine = await element.engine;
  // @ts-expect-error
  engine.nothing;
  const { classes } = await element.segment(photo);
  return engine.maxPictureSide() + classes.length;
}

export async function ids(store: ModelStore): Promise<string[]> {
  // @ts-expect-error
  store.nothing;
  return (await store.entries()).map(({ id }) => id);
}
`;

const run = promisify(execFile);

/** @param {(folder: string) => Promise<void>} body */
async function inFolder(body) {
  const folder = await mkdtemp(join(tmpdir(), "segscope-"));
  try {
    await body(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

test("the packed engine is an npm package that has what it names", async () => {
  const { name, version, type, exports, sideEffects } = JSON.parse(await readFile(join(PACKAGE, "package.json"), "utf8"));
  assert.equal(name, "segscope");
  assert.match(version, /^\d+\.\d+\.\d+$/);
  assert.equal(type, "module");
  assert.deepEqual(Object.keys(exports), [".", "./element"]);
  for (const entry of Object.values(exports)) {
    assert.deepEqual(Object.keys(entry), ["types", "default"]);
    for (const file of Object.values(entry)) await access(join(PACKAGE, file));
  }
  for (const file of sideEffects) await access(join(PACKAGE, file));
});

test("a strict TypeScript program that uses the packed package compiles, and one that misuses it does not", () =>
  inFolder(async (folder) => {
    await mkdir(join(folder, "node_modules"));
    // As npm installs a folder.
    await symlink(PACKAGE, join(folder, "node_modules/segscope"), "junction");
    await writeFile(join(folder, "consumer.ts"), CONSUMER);
    const compilerOptions = {
      target: "ES2024",
      module: "ESNext",
      moduleResolution: "Bundler",
      lib: ["ES2024", "DOM", "DOM.Iterable", "DOM.AsyncIterable"],
      types: [],
      strict: true,
      noEmit: true,
    };
    await writeFile(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["consumer.ts"] }));
    const compiler = join(import.meta.dirname, "node_modules/typescript/bin/tsc");
    await run(process.execPath, [compiler, "--project", folder]).catch(({ stdout }) => assert.fail(stdout));
  }));

test("what the packed page could not load is told before it is packed", () =>
  inFolder(async (folder) => {
    const header = JSON.stringify({ weight: { dtype: "F32", shape: [1], data_offsets: [0, 4] } });
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    const model = await readFile(MODEL);
    /** @type {[string, Buffer, RegExp][]} */
    const files = [
      ["model.safetensors", model, /^$/],
      ["torch.pth", Buffer.from("PK\x03\x04 and what torch.save writes"), /^this is not a safetensors file/],
      ["smp.safetensors", Buffer.concat([length, Buffer.from(header), Buffer.alloc(4)]), /^the file has no "format" in its metadata; .* import it/],
      ["half.safetensors", model.subarray(0, model.length / 2), /^the model file ends after/],
    ];
    for (const [name, bytes, expected] of files) {
      const path = join(folder, name);
      await writeFile(path, bytes);
      const { stdout } = await run(process.execPath, [join(ROOT, "examples/pack/check-model.js"), path]);
      assert.match(stdout.trimEnd(), expected, name);
    }
  }));

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
    const { models } = JSON.parse(await readFile(join(ROOT, "models/catalogue.json"), "utf8"));
    const { name, licence, data: photos } = models.find((/** @type {{id: string}} */ { id }) => id === "people");
    assert.equal(await packed.locator("footer").innerText(), `Network: ${name}. Licence: ${licence.name}. Trained on: ${photos}.`);
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
