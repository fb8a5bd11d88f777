import { PRESETS, graphOf } from "./stack.js";

/** @typedef {import("./receptive-field.js").Shared} Shared */

/** @param {Shared} lesson */
export function askQuestions(lesson) {
  const { lab } = lesson;

  /** @param {import("./stack.js").Layer[]} layers */
  const sizeOf = async (layers) => {
    const { nodes, output } = await lab.describeGraph(graphOf(layers), [224, 224]);
    return nodes[output].field[1].size ?? NaN;
  };

  lesson.question("strideQuestion", async () => {
    const layers = PRESETS.three.map((layer, index) => (index === 0 ? { ...layer, stride: 2 } : layer));
    return { answer: await sizeOf(layers), values: { without: await sizeOf(PRESETS.three) } };
  });

  lesson.question("widestQuestion", async () => {
    const [first, , last] = PRESETS.three;
    const sizes = await Promise.all([
      sizeOf([...PRESETS.three, first]),
      sizeOf([{ ...first, stride: 2 }, first, last]),
      sizeOf([first, first, { ...last, dilation: 4, padding: 4 }]),
    ]);
    return { answer: sizes.indexOf(Math.max(...sizes)), values: { deeper: sizes[0], strided: sizes[1], dilated: sizes[2] } };
  });

  lesson.question("depthQuestion", async () => {
    const [shallow, deep] = [4, 16];
    const layers = (/** @type {number} */ depth) => Array.from({ length: depth }, () => PRESETS.three[0]);
    const radii = await Promise.all([shallow, deep].map((depth) => spread(lesson, layers(depth))));
    const sizes = await Promise.all([shallow, deep].map((depth) => sizeOf(layers(depth))));
    const growth = radii[1] / radii[0];
    const offered = [deep / shallow, Math.sqrt(deep / shallow), 1];
    const nearest = offered.reduce((best, offer, index) => (Math.abs(Math.log(growth / offer)) < Math.abs(Math.log(growth / offered[best])) ? index : best), 0);
    return { answer: nearest, values: { shallow, deep, small: sizes[0], large: sizes[1], growth: lesson.texts.number(growth, 3) } };
  });
}

/**
 * Of a stack whose weights are all alike, the root mean square distance of the weight of its field from its centre: of a Gaussian, a fixed
 * multiple of the radius that holds half.
 * @param {Shared} lesson
 * @param {import("./stack.js").Layer[]} layers
 */
async function spread({ lab }, layers) {
  const side = 2 * layers.length + 1;
  const impulse = new Float32Array(side * side);
  impulse[(side * side - 1) / 2] = 1;
  const alike = { shape: [1, 1, 3, 3], data: new Array(9).fill(1 / 9) };
  const weights = Object.fromEntries(layers.map((_, index) => [`layer${index + 1}.weight`, alike]));
  const values = await lab.runGraph(graphOf(layers), weights, impulse, [1, 1, side, side]);
  const { data } = values[values.length - 1];
  const middle = layers.length;
  return Math.sqrt(data.reduce((sum, value, index) => sum + value * (((index % side) - middle) ** 2 + (Math.floor(index / side) - middle) ** 2), 0));
}
