/** Which numbers meet in a convolution, and how many come out: by formula, to be compared with what the lab infers and computes. */

/** @typedef {import("./settings.js").Settings} Settings */

/** One product of a sum; `row` and `column` are the input's own, outside of it in the padding. @typedef {{channel: number, row: number, column: number, kernelRow: number, kernelColumn: number, plane: number, isPadding: boolean, value: number, weight: number}} Term */

/** How far the kernel reaches. @param {Settings} settings */
export const extentOf = ({ isTransposed, kernel_size, dilation }) => (isTransposed ? 1 : dilation) * (kernel_size - 1) + 1;

/** Rows, and columns, of the output; not above 0 where there is none. @param {Settings} settings */
export function sizeOf(settings) {
  const { isTransposed, size, stride, padding, output_padding } = settings;
  const extent = extentOf(settings);
  if (isTransposed) return (size - 1) * stride - 2 * padding + extent + output_padding;
  return Math.floor((size + 2 * padding - extent) / stride) + 1;
}

/** Rows at the end of the padded input that no window reaches: what rounding down leaves. @param {Settings} settings */
export function leftOver(settings) {
  const { isTransposed, size, stride, padding } = settings;
  const free = size + 2 * padding - extentOf(settings);
  return isTransposed || free < 0 ? 0 : free % stride;
}

/**
 * Why the settings are invalid, by formula: keys of texts and what goes into them. Empty for valid ones.
 * @param {Settings} settings
 * @returns {{key: string, values: Record<string, number>}[]}
 */
export function reasonsOf(settings) {
  const { isTransposed, size, kernel_size, stride, padding, dilation, output_padding, in_channels, out_channels, groups } = settings;
  const reasons = [];
  if (in_channels % groups) reasons.push({ key: "inGroups", values: { channels: in_channels, groups } });
  if (out_channels % groups) reasons.push({ key: "outGroups", values: { channels: out_channels, groups } });
  if (isTransposed && output_padding >= stride) reasons.push({ key: "outputPadding", values: { output_padding, stride } });
  const result = sizeOf(settings);
  if (isTransposed && result < 1) reasons.push({ key: "cropped", values: { whole: result + 2 * padding, padding, cut: 2 * padding, result } });
  const extent = extentOf(settings);
  const padded = size + 2 * padding;
  if (!isTransposed && extent > padded) reasons.push({ key: "extent", values: { extent, kernel: kernel_size, dilation, padded, size, padding } });
  return reasons;
}

/**
 * The products that an output cell sums, in the order of the kernel.
 * @param {Settings} settings
 * @param {{channel: number, row: number, column: number}} cell
 * @returns {Term[]}
 */
export function termsOf(settings, { channel, row, column }) {
  const { size, kernel_size, in_channels, out_channels, groups, input, weight } = settings;
  const channels = in_channels / groups;
  const group = Math.floor(channel / (out_channels / groups));
  const terms = [];
  for (let k = 0; k < channels; k++) {
    for (let kernelRow = 0; kernelRow < kernel_size; kernelRow++) {
      for (let kernelColumn = 0; kernelColumn < kernel_size; kernelColumn++) {
        const [y, x] = [source(settings, row, kernelRow), source(settings, column, kernelColumn)];
        if (y === null || x === null) continue;
        const from = group * channels + k;
        const plane = channel * channels + k;
        const isPadding = y < 0 || x < 0 || y >= size || x >= size;
        // A transposed convolution has no padding around its input: nothing arrives from there.
        if (isPadding && settings.isTransposed) continue;
        const value = isPadding ? 0 : input[(from * size + y) * size + x];
        const at = (plane * kernel_size + kernelRow) * kernel_size + kernelColumn;
        terms.push({ channel: from, row: y, column: x, kernelRow, kernelColumn, plane, isPadding, value, weight: weight[at] });
      }
    }
  }
  return terms;
}

/** Where along one axis an output cell meets a place of the kernel; null where stride leaves none. @param {Settings} settings @param {number} at @param {number} kernelAt */
function source({ isTransposed, stride, padding, dilation }, at, kernelAt) {
  if (!isTransposed) return at * stride - padding + kernelAt * dilation;
  const steps = at + padding - kernelAt;
  return steps % stride === 0 ? steps / stride : null;
}

/**
 * The input of the convolution that a transposed one equals: zeros between the cells and around them (Dumoulin and Visin, chapter 4), and the
 * kernels turned by 180°.
 * @param {Settings} settings
 */
export function stretched(settings) {
  const { size, kernel_size, stride, padding, in_channels, input, weight } = settings;
  const side = sizeOf(settings) + kernel_size - 1;
  const first = kernel_size - 1 - padding;
  const data = new Float32Array(in_channels * side * side);
  const isCell = new Array(side * side).fill(false);
  for (let channel = 0; channel < in_channels; channel++) {
    for (let row = 0; row < size; row++) {
      for (let column = 0; column < size; column++) {
        const [y, x] = [first + row * stride, first + column * stride];
        // Padding beyond the kernel's reach cuts cells off.
        if (y < 0 || x < 0 || y >= side || x >= side) continue;
        data[(channel * side + y) * side + x] = input[(channel * size + row) * size + column];
        isCell[y * side + x] = true;
      }
    }
  }
  const area = kernel_size * kernel_size;
  const turned = weight.map((_, i) => weight[i - (i % area) + (area - 1 - (i % area))]);
  return { side, data, isCell, weight: turned };
}
