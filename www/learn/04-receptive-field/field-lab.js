import { boxOf, measureField } from "./measured-field.js";

/** @typedef {import("../shell/photo.js").Photo} Photo */
/** @typedef {import("../shell/lab.js").LiveModel} LiveModel */
/** @typedef {import("../shell/lab-types.d.ts").Description} Description */
/** @typedef {import("../shell/lab-types.d.ts").NodeDescription} NodeDescription */

/** Which network: with `plain`, all its dilations are 1. @typedef {{network: string, plain: boolean}} Which */

/** A network for a photo. @typedef {{model: LiveModel, size: [number, number], description: Description, isDilated: boolean}} Described */

/**
 * One measured field.
 * @typedef {object} Measured
 * @property {import("./measured-field.js").Measures} measures
 * @property {Float32Array} weights `[height, width]` of the network's input
 * @property {string | null} className the answer whose score was followed, at the output
 * @property {number} seconds
 * @property {number} macs of a forward pass as far as the layer
 */

/** Nodes that read more than one position or several maps: the others see what their input sees. */
const WIDENING = ["conv2d", "conv_transpose2d", "max_pool2d", "avg_pool2d", "max_unpool2d", "adaptive_avg_pool2d", "resize", "pad2d", "concat", "add", "mul", "attention", "group_norm"];

/** The networks of the catalogue, their theoretical fields and their measured ones on a photo. */
export class FieldLab {
  #lab;
  /** By model, whether its dilations are 1 at the moment. @type {Map<string, boolean>} */ #plain = new Map();
  /** @type {Map<string, Promise<Described>>} */ #described = new Map();
  /** A model has one set of edits and one last photo, so what uses them takes turns. @type {Promise<unknown>} */ #turn = Promise.resolve();

  /** @param {import("../shell/lab.js").Lab} lab */
  constructor(lab) {
    this.#lab = lab;
  }

  /** @param {Which} which @param {Photo} photo */
  describe(which, photo) {
    const key = `${which.network} ${which.plain} ${photo.width}x${photo.height}`;
    const described = this.#described.get(key) ?? this.#inTurn(() => this.#describe(which, photo));
    this.#described.set(key, described);
    described.catch(() => this.#described.delete(key));
    return described;
  }

  /**
   * @param {Which} which
   * @param {Photo} photo
   * @param {{node: NodeDescription, cell: {x: number, y: number}}} at
   * @returns {Promise<Measured>}
   */
  async measure(which, photo, { node, cell }) {
    const { model, size, description } = await this.describe(which, photo);
    return this.#inTurn(async () => {
      await this.#edit(model, which);
      const { mask } = await model.run(photo);
      const isOutput = node === description.nodes[description.output];
      const centre = centreOf(cell, node, size);
      const [x, y] = [Math.floor(((centre.x + 0.5) / size[1]) * photo.width), Math.floor(((centre.y + 0.5) / size[0]) * photo.height)];
      const channel = isOutput ? mask[y * photo.width + x] : undefined;
      const began = performance.now();
      const { data } = await model.effectiveField(node.name, channel === undefined ? cell : { ...cell, channel });
      const seconds = (performance.now() - began) / 1000;
      const measures = measureField(data, size, boxOf(node.field, cell, size), centre);
      const className = channel === undefined ? null : model.info.classes[channel].name;
      return { measures, weights: data, className, seconds, macs: macsTo(description, node) };
    });
  }

  /** @param {Which} which @param {Photo} photo @returns {Promise<Described>} */
  async #describe(which, photo) {
    const model = await this.#lab.model(which.network);
    const size = await model.sizeFor(photo);
    await this.#edit(model, { ...which, plain: false });
    const trained = await model.describe(size);
    const isDilated = trained.nodes.some(dilationOf);
    if (!which.plain || !isDilated) return { model, size, description: trained, isDilated };
    await this.#edit(model, which);
    return { model, size, description: await model.describe(size), isDilated };
  }

  /** @param {LiveModel} model @param {Which} which */
  async #edit(model, { network, plain }) {
    if ((this.#plain.get(network) ?? false) === plain) return;
    await model.setEdits([]);
    this.#plain.set(network, false);
    if (!plain) return;
    const { nodes } = await model.describe([model.info.input.long_side, model.info.input.long_side]);
    await model.setEdits(nodes.filter(dilationOf).map(({ name }) => ({ kind: "dilate", node: name, rate: 1 })));
    this.#plain.set(network, true);
  }

  /**
   * @template Result
   * @param {() => Promise<Result>} work
   * @returns {Promise<Result>}
   */
  #inTurn(work) {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => {});
    return result;
  }
}

/** Whether a convolution leaves gaps. @param {NodeDescription} node */
const dilationOf = ({ op, options }) => op === "conv2d" && Math.max(...options.dilation) > 1;

/** The layers at which a field can grow, and the output. @param {Description} description */
export const layersOf = ({ nodes, output }) => nodes.filter((node, index) => index === output || WIDENING.includes(node.op));

/** The value at a place of the photo. @param {number[]} at shares of its width and height, in the middle where there are none @param {NodeDescription} node */
export function cellAt([across = 0.5, down = 0.5], { shape: [, , rows, columns] }) {
  const cell = (/** @type {number} */ share, /** @type {number} */ count) => Math.min(Math.max(Math.floor(share * count), 0), count - 1);
  return { x: cell(across, columns), y: cell(down, rows) };
}

/** Where a value lies in the input, in pixels. @param {{x: number, y: number}} cell @param {NodeDescription} node @param {[number, number]} size */
export function centreOf(cell, { shape: [, , rows, columns] }, [height, width]) {
  return { x: ((cell.x + 0.5) / columns) * width - 0.5, y: ((cell.y + 0.5) / rows) * height - 0.5 };
}

/** Multiply-accumulates of all that a node depends on. @param {Description} description @param {NodeDescription} node */
export function macsTo({ nodes }, node) {
  const needed = new Set([nodes.indexOf(node)]);
  let macs = 0;
  for (let index = nodes.length - 1; index >= 0; index--) {
    if (!needed.has(index)) continue;
    macs += nodes[index].macs;
    for (const input of nodes[index].inputs) needed.add(input);
  }
  return macs;
}
