// The camera of this page, playing in a video element.
import { closeCamera } from "../../www/camera.js";

/**
 * @param {number} side the middle of the camera's picture is taken as a square, which networks of square input fit
 * @returns {Promise<HTMLVideoElement>}
 */
export async function playCamera(side) {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { width: { exact: side }, height: { exact: side } } });
  addEventListener("pagehide", () => closeCamera(stream));
  const video = Object.assign(document.createElement("video"), { muted: true, playsInline: true, srcObject: stream });
  await video.play();
  return video;
}
