/** What weights can be kept in, from exact to coarse. @type {import("../types.js").Precision[]} */
export const PRECISIONS = ["f32", "f16", "int8", "int4"];
