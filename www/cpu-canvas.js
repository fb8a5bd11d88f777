/** Pixels in and out of browsers' own formats, for the CPU backend: the one place where frames are read. */

/** Kept between frames: a canvas that the browser holds in memory, not on the GPU. @type {OffscreenCanvas | null} */
let scratch = null;

/**
 * RGBA bytes of a frame, shrunk to fill `room` if it is larger.
 * @param {ImageBitmap | VideoFrame} frame
 * @param {{width: number, height: number}} [room]
 * @returns {{data: Uint8Array, width: number, height: number}}
 */
export function pixelsOf(frame, room = { width: Infinity, height: Infinity }) {
  const size = "displayWidth" in frame ? { width: frame.displayWidth, height: frame.displayHeight } : frame;
  const scale = Math.min(1, Math.max(room.width / size.width, room.height / size.height));
  const [width, height] = [size.width, size.height].map((side) => Math.max(1, Math.round(side * scale)));
  if (scratch?.width !== width || scratch.height !== height) scratch = new OffscreenCanvas(width, height);
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (scratch.getContext("2d", { willReadFrequently: true }));
  context.clearRect(0, 0, width, height);
  context.drawImage(frame, 0, 0, width, height);
  const { data } = context.getImageData(0, 0, width, height);
  return { data: new Uint8Array(data.buffer), width, height };
}

/**
 * A video frame's planes as they are, without gaps between them, where it has such: sooner than its pixels where the browser keeps frames in GPU memory.
 * @param {ImageBitmap | VideoFrame} frame
 * @returns {Promise<{bytes: Uint8Array, shape: object} | null>}
 */
export async function planesOf(frame) {
  if (!("visibleRect" in frame) || !frame.visibleRect) return null;
  const { format, visibleRect, displayWidth, displayHeight, colorSpace } = frame;
  const { x, y, width, height } = visibleRect;
  // Pixels that are not square, a turned frame, or one that begins between two samples: the browser knows better.
  const isPlain = width === displayWidth && height === displayHeight && x % 2 === 0 && y % 2 === 0;
  const isTurned = "rotation" in frame && (frame.rotation !== 0 || /** @type {{flip?: boolean}} */ (frame).flip);
  if (!isPlain || isTurned || (format !== "I420" && format !== "NV12")) return null;
  const [across, plane] = [Math.ceil(width / 2), Math.ceil(width / 2) * Math.ceil(height / 2)];
  const chroma =
    format === "NV12"
      ? [{ offset: width * height, stride: 2 * across }]
      : [
          { offset: width * height, stride: across },
          { offset: width * height + plane, stride: across },
        ];
  const bytes = new Uint8Array(width * height + 2 * plane);
  await frame.copyTo(bytes, { layout: [{ offset: 0, stride: width }, ...chroma] });
  return { bytes, shape: { format, width, height, matrix: colorSpace.matrix, fullRange: colorSpace.fullRange } };
}

/**
 * What shows paintings on a canvas.
 * @param {OffscreenCanvas} canvas
 */
export function showPixels(canvas) {
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d"));
  /**
   * @param {Uint8ClampedArray<ArrayBuffer>} rgba
   * @param {number} width
   * @param {number} height
   */
  return (rgba, width, height) => {
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    context.putImageData(new ImageData(rgba, width, height), 0, 0);
  };
}
