/** How closely a picture can be looked at. */

/** More than a photo can have; the engine's limit. */
const MAX_DETAIL = 16;

/**
 * How many times the network's own resolution a picture has.
 * @param {import("./types.js").Picture} picture
 * @param {import("./types.js").ModelInfo} model
 */
export function mostDetail({ bitmap }, { inputSide }) {
  const most = Math.floor(Math.max(bitmap.width, bitmap.height) / inputSide);
  return Math.min(Math.max(most, 1), MAX_DETAIL);
}
