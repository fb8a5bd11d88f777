import { SegscopeError } from "./errors.js";

/** @typedef {import("./types.js").Mask} Mask */
/** @typedef {import("./types.js").View} View */
/** @typedef {(classId: number) => boolean} IsShown */

/**
 * Whether a view colours a class.
 * @param {Pick<View, "hidden" | "solo">} view
 * @returns {IsShown}
 */
export const shownBy = ({ hidden, solo }) => (classId) => (solo === null ? !hidden.includes(classId) : classId === solo);

/**
 * What the bench's photo became, as a file; nothing while there is no result.
 * @param {import("./elements/export-menu.js").Kind} kind
 * @param {import("./workbench.js").Workbench} bench
 * @param {View} view
 * @returns {Promise<{file: Blob, name: string} | null>}
 */
export async function exported(kind, bench, view) {
  const { photo, model, result, times } = bench;
  if (!photo || !model || !result) return null;
  const engine = await bench.engine();
  const files = {
    mask: () => engine.maskPng(),
    overlay: async () => overlayPng(photo.blob, await engine.readMask(), model.classes, view),
    "cut-out": async () => cutOutPng(photo.blob, await engine.readMask(), view),
    json: async () => reportJson({ name: photo.name, result, model, view, times, machine: engine.machine() }),
  };
  const stem = photo.name.replace(/\.[^.]*$/, "");
  const ending = kind === "json" ? ".json" : `-${kind}.png`;
  return { file: await files[kind](), name: `${stem}-${model.id}${ending}` };
}

/**
 * The photo at its own size under the colours of the classes shown, as on the canvas.
 * @param {Blob} photo
 * @param {Mask} mask
 * @param {{colour: [number, number, number]}[]} classes
 * @param {View} view
 */
function overlayPng(photo, mask, classes, view) {
  const isShown = shownBy(view);
  const { opacity } = view;
  return repainted(photo, mask, (pixels, at, classId) => {
    if (!isShown(classId)) return;
    const { colour } = /** @type {{colour: [number, number, number]}} */ (classes[classId]);
    for (let c = 0; c < 3; c++) {
      const plain = /** @type {number} */ (pixels[at + c]);
      pixels[at + c] = plain + opacity * (/** @type {number} */ (colour[c]) - plain);
    }
  });
}

/**
 * The photo where a class shown is, transparent elsewhere.
 * @param {Blob} photo
 * @param {Mask} mask
 * @param {View} view
 */
function cutOutPng(photo, mask, view) {
  const isShown = shownBy(view);
  return repainted(photo, mask, (pixels, at, classId) => {
    if (!isShown(classId)) pixels.fill(0, at, at + 4);
  });
}

/** Rows per strip: a huge photo is read in pieces, so that only the canvas itself has to hold all of it. */
const STRIP = 512;

/**
 * @param {Blob} photo
 * @param {Mask} mask
 * @param {(pixels: Uint8ClampedArray, at: number, classId: number) => void} paint changes one RGBA pixel
 */
async function repainted(photo, mask, paint) {
  const { width, height, data } = mask;
  try {
    const canvas = new OffscreenCanvas(width, height);
    const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
    const bitmap = await createImageBitmap(photo, { imageOrientation: "from-image" });
    // The engine shows a see-through picture over white.
    context.fillStyle = "white";
    context.fillRect(0, 0, width, height);
    context.drawImage(bitmap, 0, 0, width, height);
    bitmap.close();
    for (let top = 0; top < height; top += STRIP) {
      const strip = context.getImageData(0, top, width, Math.min(STRIP, height - top));
      const first = top * width;
      const count = strip.width * strip.height;
      for (let i = 0; i < count; i++) paint(strip.data, 4 * i, /** @type {number} */ (data[first + i]));
      context.putImageData(strip, 0, top);
    }
    return await canvas.convertToBlob({ type: "image/png" });
  } catch (error) {
    throw new SegscopeError(
      "export-failed",
      `A picture of ${width} × ${height} pixels does not fit into this browser's memory. Export the mask, or open a smaller copy of the photo.`,
      { cause: error },
    );
  }
}

/**
 * What was found and how, for a program to read.
 * @param {{name: string, result: import("./types.js").SegmentResult, model: import("./types.js").LoadedModel, view: View,
 *   times: import("./workbench.js").Times | null, machine: import("./types.js").Machine}} run
 */
function reportJson({ name, result, model, view, times, machine }) {
  const { id, sha256, precision, parameters, licence } = model;
  const { backend, threads, adapter } = machine;
  const report = {
    picture: { name, width: result.width, height: result.height },
    model: { id, name: model.name, sha256, precision, parameters, licence },
    network: { width: result.networkWidth, height: result.networkHeight },
    classes: result.classes,
    settings: view,
    timings: { ...result.timings, download: times?.model.downloadMs, first: times?.first, warm: times?.warm, unit: "ms" },
    backend,
    ...(backend === "cpu" && { threads }),
    adapter: adapter && { vendor: adapter.vendor, architecture: adapter.architecture, description: adapter.description },
  };
  return new Blob([JSON.stringify(report, null, 2)], { type: "application/json" });
}
