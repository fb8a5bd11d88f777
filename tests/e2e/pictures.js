// Photos that tests make of others.
import { readFile } from "node:fs/promises";

/**
 * A photo drawn by the browser with another width.
 * @param {import("playwright-core").Page} page
 * @param {string} path
 * @param {number} width
 */
export async function enlarged(page, path, width) {
  const base64 = (await readFile(path)).toString("base64");
  const png = await page.evaluate(
    async ({ base64, width }) => {
      const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
      const bitmap = await createImageBitmap(new Blob([bytes]));
      const canvas = new OffscreenCanvas(width, Math.round((bitmap.height * width) / bitmap.width));
      canvas.getContext("2d")?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
      const file = new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer());
      return Array.from(file, (byte) => String.fromCharCode(byte)).join("");
    },
    { base64, width },
  );
  return { name: "enlarged.png", mimeType: "image/png", buffer: Buffer.from(png, "latin1") };
}
