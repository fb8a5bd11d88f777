/** In a classroom pack: has the browser keep it. A pack that cannot be kept works all the same, with a network. */
import { asSegscopeError } from "../errors.js";

const root = document.documentElement;

try {
  await navigator.serviceWorker?.register(new URL("../../service-worker.js", import.meta.url));
  await navigator.serviceWorker?.ready;
  root.dataset.offline = navigator.serviceWorker ? "kept" : "no-service-worker";
} catch (error) {
  root.dataset.offline = asSegscopeError(error).code;
}
