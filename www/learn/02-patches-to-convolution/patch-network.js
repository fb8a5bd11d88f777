/** The lesson's network, which classifies one patch: `patch.json`, made by training/patch.py. */
import { download } from "../../download.js";

/** @typedef {import("../shell/lab.js").Lab} Lab */
/** @typedef {import("../shell/lab-types.d.ts").Tensor} Tensor */
/** @typedef {import("../shell/lab-types.d.ts").Description} Description */

/**
 * @typedef {object} PatchFile
 * @property {{nodes: {name: string}[], output: string}} graph
 * @property {Record<string, {shape: number[], data: number[]}>} weights
 * @property {{name: string, colour: [number, number, number]}[]} classes
 * @property {number[]} mean of the channels, after division by 255
 * @property {number[]} std
 * @property {number} patch sides of a patch
 * @property {number} stride the network's own: pixels between neighbouring answers
 * @property {{photos: number, patches: number, accuracy: number, mean_recall: number}} val on CamVid's photos for choosing, with these rounded weights
 */

export class PatchNetwork {
  #lab;

  /** @param {Lab} lab @param {PatchFile} file */
  constructor(lab, file) {
    this.#lab = lab;
    this.file = file;
  }

  /** @param {Lab} lab */
  static async load(lab) {
    const bytes = await download(new URL("patch.json", import.meta.url).href);
    return new PatchNetwork(lab, JSON.parse(new TextDecoder().decode(bytes)));
  }

  /** @param {[number, number]} size height, width @returns {Promise<Description>} */
  describe(size) {
    return this.#lab.describeGraph(this.file.graph, size);
  }

  /**
   * The value of every node, for one picture or several.
   * @param {Float32Array} input `[n, 3, h, w]`, normalised
   * @param {number[]} shape
   * @returns {Promise<Tensor[]>}
   */
  run(input, shape) {
    return this.#lab.runGraph(this.file.graph, this.file.weights, input, shape);
  }

  /** Place of a node among the values. @param {string} name */
  indexOf(name) {
    return this.file.graph.nodes.findIndex((node) => node.name === name);
  }

  /** The last layer: dense over what is left of a patch, written as a convolution. */
  get dense() {
    return this.indexOf(this.file.graph.output);
  }

  /**
   * What the dense layer does as such: on a vector, a matrix `[classes, features]`. Two nodes, of which the second is a 1×1 convolution on a map of
   * one pixel, since graphs know no other product of a matrix.
   * @param {Float32Array} features
   */
  async runDense(features) {
    const name = this.file.graph.output;
    const [weight, bias] = [this.file.weights[`${name}.weight`], this.file.weights[`${name}.bias`]];
    const [classes] = weight.shape;
    const layer = { out_channels: classes, kernel: [1, 1], stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1, bias: true };
    const graph = {
      nodes: [
        { name: "input", op: "input", channels: features.length },
        { name, op: "conv2d", inputs: ["input"], weights: ["matrix", "bias"], ...layer },
      ],
      output: name,
    };
    const weights = { matrix: { shape: [classes, features.length, 1, 1], data: weight.data }, bias };
    const values = await this.#lab.runGraph(graph, weights, features, [1, features.length, 1, 1]);
    return values[1].data;
  }

  /** As the network wants it: `[3, h, w]`. @param {ImageData} pixels */
  normalised({ data, width, height }) {
    const { mean, std } = this.file;
    const all = width * height;
    return Float32Array.from({ length: 3 * all }, (_, i) => {
      const channel = Math.floor(i / all);
      return (data[4 * (i % all) + channel] / 255 - mean[channel]) / std[channel];
    });
  }
}
