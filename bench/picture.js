// The same picture for every engine, in the form it wants.

/** @typedef {{size: number, rgba: Uint8ClampedArray<ArrayBuffer>}} Picture */

const PHOTO = new URL("../www/samples/astronaut.jpg", import.meta.url);

/** @param {number} size @returns {Promise<Picture>} */
export async function loadPicture(size) {
  const photo = await createImageBitmap(await (await fetch(PHOTO)).blob());
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (new OffscreenCanvas(size, size).getContext("2d"));
  context.drawImage(photo, 0, 0, size, size);
  return { size, rgba: context.getImageData(0, 0, size, size).data };
}

/**
 * A network's input `[1, 3, size, size]` as ImageNet's mean and standard deviation make it, which every benchmarked model uses.
 * @param {Picture} picture
 */
export function normalised({ size, rgba }) {
  const [mean, std] = [[0.485, 0.456, 0.406], [0.229, 0.224, 0.225]];
  const pixels = size * size;
  const input = new Float32Array(3 * pixels);
  for (let c = 0; c < 3; c++) {
    for (let i = 0; i < pixels; i++) input[c * pixels + i] = (rgba[4 * i + c] / 255 - mean[c]) / std[c];
  }
  return input;
}

/** @param {string} url */
export async function fetchBytes(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status}; cargo xtask bench writes this file`);
  return new Uint8Array(await response.arrayBuffer());
}
