/** @typedef {import("../shell/photo.js").Photo} Photo */

/** Of pixels that are not measured. */
export const UNLABELLED = 255;

/**
 * A mask that somebody drew for the photo: a picture of class ids in grey, or of the classes' colours, as the page saves its masks. What is no class is
 * unlabelled. `problem` is the reason why it cannot be used.
 * @param {Blob} file
 * @param {Photo} photo
 * @param {import("../shell/lab-types.d.ts").ModelInfo["classes"]} classes
 * @returns {Promise<{mask: Uint8Array} | {problem: "unreadable" | "otherShape" | "noLabels"}>}
 */
export async function readMask(file, photo, classes) {
  let bitmap;
  try {
    bitmap = await createImageBitmap(file, { colorSpaceConversion: "none", premultiplyAlpha: "none" });
  } catch {
    return { problem: "unreadable" };
  }
  const { width, height } = photo;
  // The photo was made smaller, its sides rounded.
  const isOtherShape = Math.abs((bitmap.height * width) / bitmap.width - height) > 1.5;
  const canvas = new OffscreenCanvas(width, height);
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d"));
  // Between two class ids lies no class.
  context.imageSmoothingEnabled = false;
  context.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  if (isOtherShape) return { problem: "otherShape" };
  const mask = classIds(context.getImageData(0, 0, width, height).data, classes);
  return mask.every((id) => id === UNLABELLED) ? { problem: "noLabels" } : { mask };
}

/**
 * @param {Uint8ClampedArray} rgba
 * @param {import("../shell/lab-types.d.ts").ModelInfo["classes"]} classes
 */
function classIds(rgba, classes) {
  const mask = new Uint8Array(rgba.length / 4);
  let isGrey = true;
  for (let i = 0; i < rgba.length && isGrey; i += 4) isGrey = rgba[i] === rgba[i + 1] && rgba[i] === rgba[i + 2];
  const key = (/** @type {number} */ red, /** @type {number} */ green, /** @type {number} */ blue) => (red << 16) | (green << 8) | blue;
  const byColour = new Map(classes.map(({ colour }, id) => [key(...colour), id]));
  for (let i = 0; i < mask.length; i++) {
    const at = 4 * i;
    const id = isGrey ? rgba[at] : byColour.get(key(rgba[at], rgba[at + 1], rgba[at + 2]));
    mask[i] = id !== undefined && id < classes.length ? id : UNLABELLED;
  }
  return mask;
}
