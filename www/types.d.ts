/** Shapes that cross a module's edge. Sizes are pixels, times milliseconds, colours sRGB bytes, fractions 0..1. */

export interface ModelClass {
  name: string;
  colour: [number, number, number];
}

/** One entry of models/catalogue.json. Exactly one of `file` (ours) and `source` (its authors', converted here) is there. */
export interface CatalogueEntry {
  id: string;
  name: string;
  description: string;
  /** Entries that belong together have one. */
  series?: string;
  architecture: { name: string; scale?: number; classes: number };
  classes: ModelClass[];
  input: { mean: number[]; std: number[]; long_side: number; multiple: number };
  licence: { name: string; url: string; note: string };
  data: string;
  credit: string;
  file?: { path: string; size_bytes: number; sha256: string };
  source?: { url: string; size_bytes: number; sha256: string };
}

export interface ModelInfo {
  id: string;
  name: string;
  classes: { id: number; name: string; colour: [number, number, number] }[];
  parameters: number;
  macs: number;
  /** Pixels of the network's input, across, on which one answer can depend; `null` if it can depend on all of them. */
  receptiveField: number | null;
  /** Pixels along the longer side of a picture as the network sees it, at a detail of 1. */
  inputSide: number;
  /** Both sides of the network's input are multiples of this. */
  inputMultiple: number;
  bytes: number;
  sha256: string;
  licence: string;
  data: string;
  precision: Precision;
}

/** In what format a model file keeps its weights. */
export type Precision = "f32" | "f16" | "int8" | "int4";

/** How a model's bytes came here. */
export interface Delivery {
  /** 0 when the browser's cache or the caller had it. */
  downloadMs: number;
  /** Converting a checkpoint; 0 for a model file. */
  convertMs: number;
  source: "network" | "cache" | "caller";
  /** Why the model could not be kept for the next visit, a `storage-full` error; it runs all the same. */
  notKept: Error | null;
}

export type LoadedModel = ModelInfo & { delivery: Delivery };

export interface Progress {
  phase: "download" | "convert";
  receivedBytes: number;
  totalBytes: number;
}

/** How many of a picture's tiles are done. */
export interface TileProgress {
  phase: "tiles";
  done: number;
  total: number;
}

/** A picture ready for the engine. `bitmap` may be smaller than the source, which may exceed what a texture holds. */
export interface Picture {
  bitmap: ImageBitmap;
  /** Size of the source, upright. */
  width: number;
  height: number;
  /** `jpeg`, `png`, ...; empty for a source that was no file. */
  format: string;
  isAnimated: boolean;
}

export type Source =
  Picture | ImageBitmap | VideoFrame | Blob | HTMLImageElement | HTMLVideoElement | HTMLCanvasElement | OffscreenCanvas;

export interface FoundClass {
  id: number;
  name: string;
  colour: [number, number, number];
  pixels: number;
  fraction: number;
}

export interface Timings {
  upload: number;
  /** Planning and compiling shaders for this picture's size; 0 when that was done before. */
  compile: number;
  network: number;
  paint: number;
  total: number;
}

export interface SegmentResult {
  /** Every class with at least one pixel, largest first. */
  classes: FoundClass[];
  /** Size of the source: the mask, areas and coordinates are in its pixels. */
  width: number;
  height: number;
  networkWidth: number;
  networkHeight: number;
  timings: Timings;
}

/** Whether masks of a live picture stand still where that does: everywhere, nowhere, or in the right half on screen, to compare. */
export type Steady = "on" | "off" | "halves";

/** Of the cells of score maps where the picture stood still, how many changed their class, since the comparison began. */
export interface Flicker {
  plain: { still: number; changed: number };
  steady: { still: number; changed: number };
}

/** A frame that was shown and not measured. */
export type ShownFrame = Pick<SegmentResult, "timings" | "networkWidth" | "networkHeight"> & {
  /** From the GPU, for this frame. */
  bytesReadBack: number;
  /** Counted, and read back, only where `steady` was "halves". */
  flicker: Flicker | null;
};

export interface Mask {
  width: number;
  height: number;
  /** Class ids, row by row. */
  data: Uint8Array;
}

export interface View {
  /** Of the colours over the photo. */
  opacity: number;
  /** Ids of classes that are not coloured. */
  hidden: number[];
  /** The only class that is coloured. */
  solo: number | null;
  /** Left of this fraction of the width the plain photo shows. */
  split: number | null;
  /** Where no class is shown: the photo as it is, nothing, its luma, the photo out of focus, a colour, or the picture of `setBackdrop`. */
  background: "photo" | "none" | "grey" | "blur" | "picture" | [number, number, number];
  /** Left is right, as in a looking glass. Pixels keep their own coordinates, and `split` its side. */
  mirrored: boolean;
  /** Borders of classes follow the picture's at the canvas's resolution; masks that are read do not. */
  fineEdges: boolean;
  /** Borders of classes are drawn in their colours, whatever the opacity. */
  outlined: boolean;
}

export interface AdapterInfo {
  vendor: string;
  architecture: string;
  device: string;
  description: string;
  features: string[];
  limits: { maxTextureDimension2D: number; maxBufferSize: number; maxStorageBufferBindingSize: number };
}

export type BackendName = "webgpu" | "cpu";

/** In what numbers a GPU holds activations, or with "int8" multiplies them. */
export type Activations = "f32" | "f16" | "int8";

/** Every step of the plan, compared with the reference numbers of the model file. */
export interface SelfTest {
  /** 0 if there was nothing to compare with. */
  steps: number;
  /** The largest difference, as a fraction of a map's magnitude. */
  worst: number;
  tolerance: number;
  /** The first layer that is further off than the tolerance. */
  firstWrong: string | null;
}

/** How one backend did. */
export interface Run {
  /** `null` if it failed before it could compute anything. */
  test: SelfTest | null;
  /** Its best time for one empty square input; `null` if it did not get that far. */
  ms: number | null;
  /** Why it is out of the race. */
  failure: string | null;
}

/** What "auto" decided by. */
export interface Race {
  winner: BackendName;
  /** Of the input, in pixels. */
  side: number;
  cpu: Run;
  webgpu: Run;
  /** The GPU with products in int8; `null` if that was not tried or is not possible. */
  int8: Run | null;
}

/** Where the engine runs. */
export interface Machine {
  /** `null` until "auto" has a model to decide by. */
  backend: BackendName | null;
  /** That the CPU backend uses or would use. */
  threads: number;
  /** Of the last model on the GPU; `null` on the CPU and until there is one. */
  activations: Activations | null;
  /** The GPU that is used or could be; `null` where there is none. */
  adapter: AdapterInfo | null;
  /** Why there is no GPU to choose. */
  noGpu: { code: string; message: string } | null;
  race: Race | null;
}

export interface Memory {
  gpuBytes: number;
  wasmBytes: number;
}

export interface Layer {
  /** `[n, c, h, w]` */
  shape: [number, number, number, number];
  data: Float32Array;
}
