import { readModelFile } from "../../model-file.js";
import { ModelStore } from "../../models.js";
import { newWorker } from "../../new-worker.js";
import { Rpc } from "../../rpc.js";

/** @typedef {import("./lab-types.d.ts").Tensor} Tensor */
/** @typedef {import("./photo.js").Photo} Photo */

/** The id of one's own network; none of the catalogue has it. */
export const OWN = "own";

/** What a lesson computes with, in a worker. It is loaded with the first call. */
export class Lab {
  #store = new ModelStore();
  /** @type {Rpc | null} */ #rpc = null;
  /** @type {Map<string, Promise<LiveModel>>} */ #models = new Map();

  /**
   * @param {string} method
   * @param {...unknown} args
   * @returns {Promise<any>}
   */
  call(method, ...args) {
    this.#rpc ??= new Rpc(newWorker("learn/shell/lab-worker.js"));
    return this.#rpc.call(method, () => ({ args }));
  }

  /** The models of the catalogue. */
  entries() {
    return this.#store.entries();
  }

  /**
   * A model of the catalogue, ready to run; the same object for the same id.
   *
   * Errors: those of the store, `model-invalid`.
   * @param {string} id
   * @returns {Promise<LiveModel>}
   */
  model(id) {
    const known = this.#models.get(id);
    if (known) return known;
    const loading = this.#load(id);
    this.#models.set(id, loading);
    loading.catch(() => this.#models.delete(id));
    return loading;
  }

  /** @param {string} id */
  async #load(id) {
    const { bytes } = await this.#store.fetch(await this.#store.entry(id));
    return new LiveModel(this, id, await this.call("load", id, bytes));
  }

  /**
   * One's own network in the place of the last one: a model file, a checkpoint of a network of the zoo, an ONNX file.
   *
   * Errors: those of `readModelFile`, `model-invalid`; the last one stays then.
   * @param {File} file
   * @returns {Promise<LiveModel>}
   */
  async openFile(file) {
    const { spec, bytes } = await readModelFile(this.#store, file);
    const model = spec ? (await this.#store.convert(bytes, spec)).bytes : bytes;
    return new LiveModel(this, OWN, await this.call("load", OWN, model));
  }

  /**
   * A network of the zoo as a graph's JSON. Errors: `model-unsupported`, `out-of-range`.
   * @param {string} name
   * @param {{scale?: number, classes?: number}} [options]
   * @returns {Promise<{nodes: object[], output: string}>}
   */
  zooGraph(name, { scale, classes = 21 } = {}) {
    return this.call("zooGraph", name, scale, classes);
  }

  /**
   * Any graph for an input of this size. Errors: `model-invalid`, `model-unsupported`, `input-size`: why it cannot be.
   * @param {object} graph
   * @param {[number, number]} size height, width
   * @returns {Promise<import("./lab-types.d.ts").Description>}
   */
  describeGraph(graph, [height, width]) {
    return this.call("describeGraph", graph, height, width);
  }

  /**
   * Runs a small graph on numbers. The value of every node, in order; errors as `describeGraph`, `weights-mismatch`.
   * @param {object} graph as model files have it: `{ nodes: [{ name, op, inputs, weights, ...options }], output }`
   * @param {Record<string, {shape: number[], data: number[]}>} weights
   * @param {Float32Array} input
   * @param {number[]} shape `[1, c, h, w]`
   * @returns {Promise<Tensor[]>}
   */
  runGraph(graph, weights, input, shape) {
    return this.call("runGraph", graph, weights, input, shape);
  }

  /**
   * @param {import("./lab-types.d.ts").Loss} loss
   * @param {Float32Array} scores `[classes, h, w]`, before softmax
   * @param {Uint8Array} truth class ids, 255 where there is no label
   * @param {[number, number, number]} shape
   * @returns {Promise<import("./lab-types.d.ts").EvaluatedLoss>}
   */
  evaluateLoss(loss, scores, truth, shape) {
    return this.call("evaluateLoss", loss, scores, truth, shape);
  }

  /**
   * Everything that follows from a confusion matrix.
   * @param {Uint8Array} truth 255 where there is no label
   * @param {Uint8Array} predicted
   * @param {number} classes
   * @returns {Promise<import("./lab-types.d.ts").Measured>}
   */
  measure(truth, predicted, classes) {
    return this.call("measure", truth, predicted, classes);
  }

  /**
   * @param {Uint8Array} truth
   * @param {Uint8Array} predicted
   * @param {{height: number, width: number, classes: number, distance: number}} how
   * @returns {Promise<(number | null)[]>} by class
   */
  boundaryIou(truth, predicted, { height, width, classes, distance }) {
    return this.call("boundaryIou", truth, predicted, height, width, classes, distance);
  }

  /**
   * The fully connected CRF. Errors: `out-of-range` above 128x128.
   * @param {Float32Array} probabilities `[classes, h, w]`
   * @param {[number, number, number]} shape
   * @param {Uint8Array} rgb the picture at that size
   * @param {number} iterations
   * @returns {Promise<Float32Array>}
   */
  refineByCrf(probabilities, shape, rgb, iterations) {
    return this.call("refineByCrf", probabilities, shape, rgb, iterations);
  }
}

/** A model in the lab's worker. Calls are answered in order. */
export class LiveModel {
  #lab;

  /**
   * @param {Lab} lab
   * @param {string} id
   * @param {import("./lab-types.d.ts").ModelInfo} info
   */
  constructor(lab, id, info) {
    this.#lab = lab;
    this.id = id;
    this.info = info;
  }

  /**
   * Of the network with its edits, for an input of this size (that of `sizeFor` a photo). Errors: `input-size`.
   * @param {[number, number]} size height, width
   * @returns {Promise<import("./lab-types.d.ts").Description>}
   */
  describe([height, width]) {
    return this.#lab.call("describe", this.id, height, width);
  }

  /**
   * The network's input for a photo.
   * @param {{width: number, height: number}} photo
   * @returns {Promise<[number, number]>} height, width
   */
  sizeFor({ width, height }) {
    return this.#lab.call("sizeFor", this.id, width, height);
  }

  /**
   * Replaces all edits. Errors: `no-such-layer`, `out-of-range`: why it cannot be; the edits before stay then.
   * @param {import("./lab-types.d.ts").Edit[]} edits
   * @returns {Promise<void>}
   */
  setEdits(edits) {
    return this.#lab.call("setEdits", this.id, edits);
  }

  /**
   * Keeps the values of these nodes from the next run on. Errors: `no-such-layer`.
   * @param {string[]} names
   * @returns {Promise<void>}
   */
  setTaps(names) {
    return this.#lab.call("setTaps", this.id, names);
  }

  /**
   * @param {Pick<Photo, "rgba" | "width" | "height">} photo
   * @returns {Promise<import("./lab-types.d.ts").Answer>}
   */
  run({ rgba, width, height }) {
    return this.#lab.call("run", this.id, rgba, width, height);
  }

  /**
   * A tapped node's value in the last run, `[1, c, h, w]`. Errors: `no-result`, `no-such-layer`.
   * @param {string} name
   * @returns {Promise<Tensor>}
   */
  value(name) {
    return this.#lab.call("value", this.id, name);
  }

  /**
   * The last photo as the network saw it, `[1, 3, h, w]`.
   * @returns {Promise<Tensor>}
   */
  input() {
    return this.#lab.call("input", this.id);
  }

  /**
   * @param {string} name of a weight
   * @returns {Promise<Tensor>} of the weight's own shape
   */
  weight(name) {
    return this.#lab.call("weight", this.id, name);
  }

  /**
   * The last answer over its photo.
   * @param {Partial<import("../../types.js").View>} view
   * @param {number} width
   * @param {number} height
   * @returns {Promise<ImageData>}
   */
  async paint(view, width, height) {
    const rgba = await this.#lab.call("paint", this.id, view, width, height);
    return new ImageData(new Uint8ClampedArray(rgba.buffer), width, height);
  }

  /**
   * What an attention node attends to from a query's position; what it reads as its first two inputs must be tapped.
   * @param {string} name
   * @param {{y: number, x: number}} position in the map of the queries
   * @returns {Promise<Tensor>} `[heads, key height, key width]`
   */
  attention(name, { y, x }) {
    return this.#lab.call("attention", this.id, name, y, x);
  }

  /**
   * How much each pixel of the network's input counts for one value: the magnitude of the gradient, by burn's automatic
   * differentiation, on the photo of the last run. Takes seconds for large networks.
   * @param {string} name
   * @param {{y: number, x: number, channel?: number}} position without a channel: the sum of all
   * @returns {Promise<Tensor>} `[h, w]`
   */
  effectiveField(name, { y, x, channel }) {
    return this.#lab.call("effectiveField", this.id, name, channel, y, x);
  }
}
