import { SegscopeError } from "./errors.js";

/** What browsers call the ways in which a camera cannot be had, and what to do. @type {Record<string, [code: string, sentence: string]>} */
const REFUSALS = {
  NotAllowedError: ["camera-denied", "This page may not use the camera. Allow it beside the address, then start the camera again."],
  SecurityError: ["camera-denied", "This page may not use the camera. Allow it beside the address, then start the camera again."],
  NotFoundError: ["no-camera", "No camera was found. Plug one in, or open a video or a photo."],
  OverconstrainedError: ["no-camera", "That camera is gone. Choose another one."],
  NotReadableError: ["camera-taken", "The camera is in use by another program. Close that program, then start the camera again."],
  AbortError: ["camera-taken", "The camera could not be started. Unplug it and plug it in again, or choose another one."],
};

/** As the camera makes them: what the browser scales it also crops. */
const FRAMES = { frameRate: { ideal: 30 }, resizeMode: { ideal: "none" } };
/** Enough for any network's input and a sharp picture on a screen. */
const SHARP = { ...FRAMES, width: { ideal: 1280 }, height: { ideal: 720 } };
/** What a processor can take in and paint at that rate beside its network. */
const LIGHT = { ...FRAMES, width: { ideal: 640 }, height: { ideal: 480 } };

/** @typedef {{id: string, name: string}} Camera */

/**
 * Starts a camera: the one of this id, or one that faces the way asked for. Nothing else is recorded, no sound either.
 *
 * Errors: `camera-denied`, `no-camera`, `camera-taken`.
 * @param {{id?: string, facing?: "user" | "environment"}} [choice]
 * @returns {Promise<MediaStream>}
 */
export async function openCamera({ id, facing = "user" } = {}) {
  if (!navigator.mediaDevices) {
    throw new SegscopeError("no-camera", "This browser gives pages no camera here; it does over https or on localhost.");
  }
  const which = id ? { deviceId: { exact: id } } : { facingMode: { ideal: facing } };
  try {
    return await navigator.mediaDevices.getUserMedia({ video: { ...SHARP, ...which } });
  } catch (error) {
    const { name } = /** @type {DOMException} */ (error);
    const [code, sentence] = REFUSALS[name] ?? ["camera-taken", `The camera could not be started (${name}). Choose another one, or open a video.`];
    throw new SegscopeError(code, sentence, { cause: error });
  }
}

/**
 * The cameras there are; without names until one was allowed.
 * @returns {Promise<Camera[]>}
 */
export async function listCameras() {
  const devices = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
  const cameras = devices.filter(({ kind }) => kind === "videoinput");
  return cameras.map(({ deviceId, label }, at) => ({ id: deviceId, name: label || `Camera ${at + 1}` }));
}

/**
 * Asks a running camera for what the machine can work on. A camera that has nothing else goes on as it is.
 * @param {MediaStream} stream
 * @param {boolean} isOnGpu
 */
export async function fitCamera(stream, isOnGpu) {
  const [track] = stream.getVideoTracks();
  await track?.applyConstraints(isOnGpu ? SHARP : LIGHT).catch(() => undefined);
}

/**
 * Really gives the camera back: its light goes out.
 * @param {MediaStream} stream
 */
export function closeCamera(stream) {
  for (const track of stream.getTracks()) track.stop();
}
