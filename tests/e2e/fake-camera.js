// Cameras that show a picture we know: Chromium's fake one, fed from a file.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { launch } from "./browser.js";

const FOLDER = join(import.meta.dirname, "../../target/e2e");
/** Chromium begins the file again where it ends. */
const FRAMES = 30;

/** What Chromium takes an MJPEG file for, which does not say it. */
export const CAMERA_RATE = 30;

/**
 * Switches for a Chromium whose camera shows `picture`, and nothing else. Permission is the context's to give.
 * @param {string} picture a path
 * @param {string} name of the file made for it
 * @param {{width: number, height: number}} [size] of the camera, which the middle of the picture fills; by default the picture's own
 */
export async function cameraShowing(picture, name, size) {
  const path = join(FOLDER, `${name}.mjpeg`);
  await mkdir(FOLDER, { recursive: true });
  const frame = await baselineJpeg(await readFile(picture), size);
  await writeFile(path, Buffer.concat(Array.from({ length: FRAMES }, () => frame)));
  return ["--use-fake-device-for-media-stream", `--use-file-for-fake-video-capture=${path}`];
}

/**
 * The picture as a JPEG file that the fake camera reads: it knows no progressive ones.
 * @param {Buffer} picture
 * @param {{width: number, height: number}} [size]
 */
async function baselineJpeg(picture, size) {
  const browser = await launch("absent", []);
  try {
    const page = await browser.newPage();
    const latin1 = await page.evaluate(async ({ base64, size }) => {
      const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
      const bitmap = await createImageBitmap(new Blob([bytes]));
      const { width, height } = size ?? bitmap;
      const scale = Math.max(width / bitmap.width, height / bitmap.height);
      const canvas = new OffscreenCanvas(width, height);
      const [across, down] = [bitmap.width * scale, bitmap.height * scale];
      canvas.getContext("2d")?.drawImage(bitmap, (width - across) / 2, (height - down) / 2, across, down);
      const file = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.95 });
      return Array.from(new Uint8Array(await file.arrayBuffer()), (byte) => String.fromCharCode(byte)).join("");
    }, { base64: picture.toString("base64"), size });
    return Buffer.from(latin1, "latin1");
  } finally {
    await browser.close();
  }
}
