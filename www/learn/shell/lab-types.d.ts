/** What the lab bundle tells; src/wasm/lab.rs makes it. */

export interface Tensor {
  /** `[1, c, h, w]` of a value; fewer sides where it says so. */
  shape: number[];
  data: Float32Array;
}

/** A theoretical receptive field along one axis, in pixels of the input; `null` where it is the whole picture. */
export interface Field {
  size: number | null;
  jump: number | null;
  first: number | null;
}

export interface NodeDescription {
  name: string;
  op: string;
  /** Hyper-parameters under PyTorch's names: kernel, stride, padding, dilation, groups, out_channels, heads, mode, ... */
  options: Record<string, any>;
  /** Indices of the nodes it reads. */
  inputs: number[];
  shape: [number, number, number, number];
  /** Kernels have their outputs first, `[out, in / groups, kh, kw]`: those of `conv_transpose2d` too, which PyTorch has as `[in, out / groups, kh, kw]`. */
  weights: { name: string; shape: number[] }[];
  parameters: number;
  macs: number;
  /** Vertical, horizontal. */
  field: [Field, Field];
}

export interface Description {
  /** Height, width of the input. */
  size: [number, number];
  nodes: NodeDescription[];
  /** Index of the answer's node. */
  output: number;
  parameters: number;
  macs: number;
}

/** What a model file says of itself. */
export interface ModelInfo {
  id: string;
  name: string;
  classes: { name: string; colour: [number, number, number] }[];
  input: { mean: number[]; std: number[]; long_side: number; multiple: number };
  [more: string]: unknown;
}

/** A change of a live network's graph; nodes go by name. */
export type Edit =
  | { kind: "scale"; node: string; input: number; factor: number }
  | { kind: "swap"; node: string; input: number; other: string }
  | { kind: "dilate"; node: string; rate: number }
  | { kind: "interpolate"; node: string; mode: "nearest" | "bilinear" }
  | { kind: "forget_indices"; node: string };

export interface Answer {
  /** Of the network's input. */
  height: number;
  width: number;
  /** Of the network alone. */
  ms: number;
  /** The class of each pixel of the photo. */
  mask: Uint8Array;
}

export type Loss =
  | { kind: "cross_entropy"; class_weights?: number[] }
  | { kind: "border_weighted"; w0: number; sigma: number }
  | { kind: "focal"; gamma: number; alpha?: number[] }
  | { kind: "dice"; squared: boolean; smooth: number }
  | { kind: "tversky"; alpha: number; beta: number; smooth: number };

export interface EvaluatedLoss {
  value: number;
  /** By the scores, `[classes, h, w]`. */
  gradient: Float32Array;
  /** Each pixel's share of the value, `[h, w]`; `null` for a loss that is no sum over pixels. */
  perPixel: Float32Array | null;
  /** What each pixel's term is weighted with, `[h, w]`; `null` where they are all equal. */
  weights: Float32Array | null;
}

export interface Measured {
  /** By true class. */
  classes: { counts: number[]; iou: number | null; dice: number | null; precision: number | null; recall: number | null }[];
  meanIou: number;
  meanDice: number;
  pixelAccuracy: number;
  globalIou: number | null;
  globalDice: number | null;
  frequencyWeightedIou: number | null;
}
