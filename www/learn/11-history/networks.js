import { bottomUpPath, finestLevel, naiveStack } from "./own-graphs.js";
import { CLASSES, NETWORKS } from "./stations.js";

/** @typedef {import("../shell/lab-types.d.ts").Description} Description */
/** @typedef {import("./own-graphs.js").Graph} Graph */

/** Own graphs, and what each is made of. @type {Record<string, {of: string, make: (graph: Graph) => Graph}>} */
const OWN = {
  naive: { of: "fcn32s_vgg16", make: naiveStack },
  finest: { of: "panoptic_fpn_resnet50", make: finestLevel },
  panet_resnet50: { of: "panoptic_fpn_resnet50", make: bottomUpPath },
};

/** The networks of the lesson, described once for each size. */
export class Networks {
  #lab;
  #texts;
  /** @type {Map<string, Promise<Graph>>} */ #graphs = new Map();
  /** @type {Map<string, Promise<Description>>} */ #described = new Map();

  /**
   * @param {import("../shell/lab.js").Lab} lab
   * @param {import("../shell/text.js").Texts} texts
   */
  constructor(lab, texts) {
    this.#lab = lab;
    this.#texts = texts;
  }

  /** @param {string} id */
  nameOf(id) {
    return NETWORKS[id]?.name ?? this.#texts.t(`networks.${id}`);
  }

  /**
   * @param {string} id
   * @param {[number, number]} size height, width of the input
   * @returns {Promise<Description>}
   */
  describe(id, size) {
    return once(this.#described, `${id} ${size}`, async () => this.#lab.describeGraph(await this.#graph(id), size));
  }

  /** @param {string} id @returns {Promise<Graph>} */
  #graph(id) {
    return once(this.#graphs, id, async () => {
      const own = OWN[id];
      return own ? own.make(await this.#graph(own.of)) : /** @type {Promise<Graph>} */ (this.#lab.zooGraph(id, { classes: CLASSES }));
    });
  }
}

/**
 * What was made before, or is now; what fails is forgotten.
 * @template Made
 * @param {Map<string, Promise<Made>>} made
 * @param {string} key
 * @param {() => Promise<Made>} make
 * @returns {Promise<Made>}
 */
function once(made, key, make) {
  const known = made.get(key);
  if (known) return known;
  const making = make();
  made.set(key, making);
  making.catch(() => made.delete(key));
  return making;
}
