/** Pixels in and out of browsers' own formats, for the CPU backend: the one place where frames are read. */

/** Kept between frames: a canvas that the browser holds in memory, not on the GPU. @type {OffscreenCanvas | null} */
let scratch = null;

/**
 * RGBA bytes of a frame.
 * @param {ImageBitmap | VideoFrame} frame
 * @returns {{data: Uint8Array, width: number, height: number}}
 */
export function pixelsOf(frame) {
  const [width, height] = "displayWidth" in frame ? [frame.displayWidth, frame.displayHeight] : [frame.width, frame.height];
  if (scratch?.width !== width || scratch.height !== height) scratch = new OffscreenCanvas(width, height);
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (scratch.getContext("2d", { willReadFrequently: true }));
  context.clearRect(0, 0, width, height);
  context.drawImage(frame, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  return { data: new Uint8Array(data.buffer), width, height };
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
