// The usual way to a live mask: the page draws the frame on a canvas, reads its pixels, has the classes of each in JavaScript, and
// paints them over the frame.

/** Half a colour over what is no background, as RGBA bytes in the order of memory. */
const COLOURS = new Uint32Array(256).fill(0x80c86414);
COLOURS[0] = 0;

/**
 * @param {HTMLCanvasElement} canvas
 * @param {number} size of the network's input
 * @param {(picture: import("../picture.js").Picture) => Promise<ArrayLike<number>>} classesOf every pixel
 * @param {() => number} bytesReadBack so far, as far as it is counted
 * @returns {import("./page.js").Shower}
 */
export function usually(canvas, size, classesOf, bytesReadBack) {
  const { width, height } = canvas;
  const screen = context(canvas);
  // A newer frame may be in the video by the time the mask is there.
  const frame = context(new OffscreenCanvas(width, height), { willReadFrequently: true });
  const input = context(new OffscreenCanvas(size, size), { willReadFrequently: true });
  const overlay = context(new OffscreenCanvas(size, size));
  const mask = new ImageData(size, size);
  const words = new Uint32Array(mask.data.buffer);
  return {
    async showFrame(video) {
      const start = performance.now();
      const before = bytesReadBack();
      frame.drawImage(/** @type {HTMLVideoElement} */ (video), 0, 0, width, height);
      input.drawImage(frame.canvas, 0, 0, size, size);
      const { data } = input.getImageData(0, 0, size, size);
      const read = performance.now();
      const classes = await classesOf({ size, rgba: data });
      const known = performance.now();
      for (let i = 0; i < words.length; i++) words[i] = COLOURS[classes[i]];
      overlay.putImageData(mask, 0, 0);
      screen.drawImage(frame.canvas, 0, 0);
      screen.drawImage(overlay.canvas, 0, 0, width, height);
      const painted = performance.now();
      const timings = { upload: read - start, compile: 0, network: known - read, paint: painted - known, total: painted - start };
      return { timings, networkWidth: size, networkHeight: size, flicker: null, bytesReadBack: bytesReadBack() - before };
    },
  };
}

/**
 * @param {HTMLCanvasElement | OffscreenCanvas} canvas
 * @param {CanvasRenderingContext2DSettings} [settings]
 */
const context = (canvas, settings) => /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d", settings));
