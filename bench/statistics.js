// Figures of repeated measurements.

/**
 * The value below which this fraction of the values lies, interpolated between neighbours.
 * @param {number[]} values
 * @param {number} fraction
 * @returns {number | null} null where nothing was measured
 */
export function quantile(values, fraction) {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * fraction;
  const below = Math.floor(at);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
}

/** @param {number[]} values */
export const median = (values) => quantile(values, 0.5);
