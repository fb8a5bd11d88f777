// Films for tests, recorded by the browser itself.

const RATE = 25;

/**
 * A film that shows one still after another.
 * @param {import("playwright-core").Page} page
 * @param {{width: number, height: number, stills: string[], framesEach: number}} what stills are colours of CSS, or pictures as addresses
 */
export async function film(page, what) {
  const latin1 = await page.evaluate(
    async ({ width, height, stills, framesEach, rate }) => {
      /** @param {string} url */
      const picture = async (url) => {
        const image = Object.assign(new Image(), { src: url });
        await image.decode();
        return image;
      };
      const pictures = await Promise.all(stills.map((still) => (/^data:/.test(still) ? picture(still) : still)));
      const canvas = Object.assign(document.createElement("canvas"), { width, height });
      const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
      const stream = canvas.captureStream(rate);
      const recorder = new MediaRecorder(stream, { mimeType: "video/webm;codecs=vp8" });
      /** @type {Blob[]} */
      const parts = [];
      recorder.ondataavailable = ({ data }) => parts.push(data);
      const stopped = new Promise((resolve) => (recorder.onstop = resolve));
      recorder.start();
      for (let i = 0; i < pictures.length * framesEach; i++) {
        const still = /** @type {string | HTMLImageElement} */ (pictures[Math.floor(i / framesEach)]);
        if (typeof still === "string") {
          context.fillStyle = still;
          context.fillRect(0, 0, width, height);
        } else context.drawImage(still, 0, 0, width, height);
        await new Promise((resolve) => setTimeout(resolve, 1000 / rate));
      }
      recorder.stop();
      await stopped;
      const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
      return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
    },
    { ...what, rate: RATE },
  );
  return { name: "film.webm", mimeType: "video/webm", buffer: Buffer.from(latin1, "latin1") };
}
