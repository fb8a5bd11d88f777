// Loads a model as the packed page will, by the bundle in www/pkg/: node check-model.js MODEL. Prints why that fails, or nothing.
import { readFile } from "node:fs/promises";

const bundle = new URL("../../www/pkg/", import.meta.url);
// As a text, since no package.json tells Node.js that the glue is a module.
const glue = await readFile(new URL("engine.js", bundle), "base64");
const { default: init, Session } = await import(`data:text/javascript;base64,${glue}`);
await init({ module_or_path: await readFile(new URL("engine_bg.wasm", bundle)) });
const model = await readFile(process.argv[2]);
try {
  Session.onCpu().loadModel(model);
} catch (error) {
  console.log(error.message);
}
