import { SegscopeError } from "./errors.js";

/** The code of a video that has nothing to show just now. */
export const FRAME_PENDING = "frame-pending";

/**
 * The picture that a video shows, which the caller closes: a frame that stays on the GPU, or a bitmap where a browser has no such frames.
 * Browsers refuse while a seek is under way, even when the element says that it has a picture.
 * @param {HTMLVideoElement} video
 * @returns {Promise<VideoFrame | ImageBitmap>}
 */
export async function frameOfVideo(video) {
  try {
    return typeof VideoFrame === "undefined" ? await createImageBitmap(video) : new VideoFrame(video);
  } catch (error) {
    if (!(error instanceof DOMException && error.name === "InvalidStateError")) throw error;
    throw new SegscopeError(FRAME_PENDING, "The video has no picture at this moment: a seek is under way, or nothing of it has come yet. Try again with its next frame.", { cause: error });
  }
}
