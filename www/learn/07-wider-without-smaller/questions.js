import { coverage, pathsOf } from "./grid-paths.js";

/** @typedef {import("./wider-without-smaller.js").Shared} Shared */

/** @param {Shared} lesson */
export function askQuestions(lesson) {
  const { lab } = lesson;

  lesson.question("cellsQuestion", async () => {
    const rates = [2, 2, 2];
    const { cells, read } = coverage(await pathsOf(lab, rates), rates, rates.length);
    return { answer: read, values: { cells, unread: cells - read, across: Math.sqrt(read) } };
  });

  lesson.question("ratesQuestion", async () => {
    const stacks = [[2, 2, 2], [1, 2, 5], [2, 4, 4]];
    const covered = await Promise.all(stacks.map(async (rates) => coverage(await pathsOf(lab, rates), rates, rates.length)));
    const unread = covered.map(({ cells, read }) => cells - read);
    return { answer: unread.indexOf(0), values: { first: unread[0], second: unread[1], third: unread[2], span: covered[1].span } };
  });

  lesson.question("costQuestion", async () => {
    const [narrow, wide] = await Promise.all([1, 12].map((rate) => convolutionAt(lesson, rate)));
    const ratio = wide.parameters / narrow.parameters;
    return { answer: [1, 12, 144].indexOf(ratio), values: { parameters: wide.parameters, narrow: narrow.size, wide: wide.size, macs: wide.macs, same: narrow.macs } };
  });
}

/** One 3x3 convolution of a channel. @param {Shared} lesson @param {number} rate */
async function convolutionAt({ lab }, rate) {
  const pair = [rate, rate];
  const conv = { name: "conv", op: "conv2d", inputs: ["x"], weights: ["conv.weight"], out_channels: 1, kernel: [3, 3], stride: [1, 1], padding: pair, dilation: pair, groups: 1, bias: false };
  const { parameters, macs, nodes, output } = await lab.describeGraph({ nodes: [{ name: "x", op: "input", channels: 1 }, conv], output: "conv" }, [32, 32]);
  return { parameters, macs, size: nodes[output].field[1].size ?? NaN };
}
