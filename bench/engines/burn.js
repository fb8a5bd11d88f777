// burn's wgpu backend: bench/burn.
import { fetchBytes, normalised } from "../picture.js";

/**
 * @param {import("../page.js").Job} job
 * @param {import("../picture.js").Picture} picture
 */
export async function start({ model, size }, picture) {
  const { default: init, Network } = await import(new URL("../pkg/burn/burn.js", import.meta.url).href);
  await init();
  const network = await Network.create(await fetchBytes(`${model}.safetensors`));
  const input = normalised(picture);
  return async () => /** @type {Int32Array} */ (await network.classes(input, size, size));
}
