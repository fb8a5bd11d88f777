// What the figures were measured on.
import { cpus, totalmem, type } from "node:os";
import { freshBrowser } from "./chromium.js";

/**
 * @typedef {object} Machine
 * @property {string} cpu
 * @property {number} cores
 * @property {number} memory_gb
 * @property {string} system
 * @property {string} browser
 * @property {{name: string, software: boolean}} adapter of WebGPU
 */

/** @param {string} origin @returns {Promise<Machine>} */
export async function describeMachine(origin) {
  const browser = await freshBrowser();
  try {
    const page = await browser.newPage();
    await page.goto(`${origin}/tests/e2e/blank.html`);
    const adapter = await page.evaluate(async () => {
      const adapter = await navigator.gpu?.requestAdapter({ powerPreference: "high-performance" });
      if (!adapter) return { name: "none", software: false };
      const { vendor, architecture, device, description } = adapter.info;
      const name = [vendor, architecture, device, description].filter(Boolean).join(" ");
      return { name, software: adapter.info.isFallbackAdapter || /swiftshader|llvmpipe/i.test(name) };
    });
    return {
      cpu: cpus()[0].model.trim(),
      cores: cpus().length,
      memory_gb: Math.round(totalmem() / 2 ** 30),
      system: type(),
      browser: `Chromium ${browser.version()}`,
      adapter,
    };
  } finally {
    await browser.close();
  }
}
