/** The lab's side of lab.js: models that lessons look into and change, and what lessons compute besides. */
import init, { Lab, boundaryIou, describeGraph, evaluateLoss, measure, refineByCrf, runGraph, zooGraph } from "../../pkg/lab.js";
import { serveCalls } from "../../serve-calls.js";

const ready = init({ module_or_path: new URL("../../pkg/lab_bg.wasm", import.meta.url) });

/** @type {Map<string, Lab>} */
const models = new Map();

/** @param {string} id */
const model = (id) => /** @type {Lab} */ (models.get(id));

serveCalls({
  /** @param {string} id @param {Uint8Array} bytes */
  async load(id, bytes) {
    await ready;
    const loaded = new Lab(bytes);
    models.get(id)?.free();
    models.set(id, loaded);
    return JSON.parse(model(id).modelInfo());
  },
  /** @param {string} id */
  unload(id) {
    models.get(id)?.free();
    models.delete(id);
  },
  /** @param {string} id @param {number} height @param {number} width */
  describe: (id, height, width) => JSON.parse(model(id).describe(height, width)),
  /** @param {string} id @param {number} width @param {number} height */
  sizeFor: (id, width, height) => [...model(id).sizeFor(width, height)],
  /** @param {string} id @param {unknown} edits */
  setEdits: (id, edits) => model(id).setEdits(JSON.stringify(edits)),
  /** @param {string} id @param {string[]} names */
  setTaps: (id, names) => model(id).setTaps(JSON.stringify(names)),
  /** @param {string} id @param {Uint8Array} rgba @param {number} width @param {number} height */
  run: (id, rgba, width, height) => model(id).run(rgba, width, height),
  /** @param {string} id @param {string} name */
  value: (id, name) => model(id).value(name),
  /** @param {string} id */
  input: (id) => model(id).input(),
  /** @param {string} id @param {string} name */
  weight: (id, name) => model(id).weight(name),
  /** @param {string} id @param {object} view @param {number} width @param {number} height */
  paint: (id, view, width, height) => model(id).paint(view, width, height),
  /** @param {string} id @param {string} name @param {number} y @param {number} x */
  attention: (id, name, y, x) => model(id).attention(name, y, x),
  /** @param {string} id @param {string} name @param {number | undefined} channel @param {number} y @param {number} x */
  effectiveField: (id, name, channel, y, x) => model(id).effectiveField(name, channel, y, x),

  /** @param {string} name @param {number | undefined} scale @param {number} classes */
  async zooGraph(name, scale, classes) {
    await ready;
    return JSON.parse(zooGraph(name, scale, classes));
  },
  /** @param {object} graph @param {number} height @param {number} width */
  async describeGraph(graph, height, width) {
    await ready;
    return JSON.parse(describeGraph(JSON.stringify(graph), height, width));
  },
  /** @param {object} graph @param {object} weights @param {Float32Array} input @param {number[]} shape */
  async runGraph(graph, weights, input, shape) {
    await ready;
    return runGraph(JSON.stringify(graph), JSON.stringify(weights), input, Uint32Array.from(shape));
  },
  /** @param {object} loss @param {Float32Array} scores @param {Uint8Array} truth @param {number[]} shape */
  async evaluateLoss(loss, scores, truth, shape) {
    await ready;
    return evaluateLoss(JSON.stringify(loss), scores, truth, Uint32Array.from(shape));
  },
  /** @param {Uint8Array} truth @param {Uint8Array} predicted @param {number} classes */
  async measure(truth, predicted, classes) {
    await ready;
    return JSON.parse(measure(truth, predicted, classes));
  },
  /** @param {Uint8Array} truth @param {Uint8Array} predicted @param {number} height @param {number} width @param {number} classes @param {number} distance */
  async boundaryIou(truth, predicted, height, width, classes, distance) {
    await ready;
    return JSON.parse(boundaryIou(truth, predicted, height, width, classes, distance));
  },
  /** @param {Float32Array} probabilities @param {number[]} shape @param {Uint8Array} rgb @param {number} iterations */
  async refineByCrf(probabilities, shape, rgb, iterations) {
    await ready;
    return refineByCrf(probabilities, Uint32Array.from(shape), rgb, iterations);
  },
});
