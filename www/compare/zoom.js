/** Which part of a picture is seen: a window as large as the whole picture divided by `zoom`, whose middle is at `x`, `y`. */

/** Of the picture's width and height, 0..1. @typedef {{zoom: number, x: number, y: number}} Zoom */

/** @type {Zoom} */
export const WHOLE = { zoom: 1, x: 0.5, y: 0.5 };

/** More than that shows a few pixels. */
const MOST = 32;

/**
 * The nearest window that lies in the picture.
 * @param {Zoom} zoom
 * @returns {Zoom}
 */
export function limited({ zoom, x, y }) {
  const factor = clamped(zoom, 1, MOST);
  const half = 0.5 / factor;
  return { zoom: factor, x: clamped(x, half, 1 - half), y: clamped(y, half, 1 - half) };
}

/**
 * Zoomed by a factor; what is seen at a place stays there.
 * @param {Zoom} zoom
 * @param {number} factor
 * @param {{across: number, down: number}} [place] of the window
 */
export function zoomed(zoom, factor, { across, down } = { across: 0.5, down: 0.5 }) {
  const next = clamped(zoom.zoom * factor, 1, MOST);
  const kept = 1 / zoom.zoom - 1 / next;
  return limited({ zoom: next, x: zoom.x + (across - 0.5) * kept, y: zoom.y + (down - 0.5) * kept });
}

/**
 * @param {Zoom} zoom
 * @param {number} across of the window's width
 * @param {number} down of its height
 */
export const moved = (zoom, across, down) => limited({ ...zoom, x: zoom.x + across / zoom.zoom, y: zoom.y + down / zoom.zoom });

/** @param {Zoom} a @param {Zoom} b */
export const isSame = (a, b) => a.zoom === b.zoom && a.x === b.x && a.y === b.y;

/** @param {number} value @param {number} least @param {number} most */
const clamped = (value, least, most) => Math.min(most, Math.max(least, value));
