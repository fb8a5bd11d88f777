/**
 * Starts a worker script that lies beside this file, wherever the page that imports it comes from.
 * @param {string} file
 */
export function newWorker(file) {
  const url = new URL(file, import.meta.url);
  if (url.origin === location.origin) return new Worker(url, { type: "module" });
  // Browsers refuse a worker script from another origin, but not one that imports it.
  const script = URL.createObjectURL(new Blob([`import ${JSON.stringify(url.href)};`], { type: "text/javascript" }));
  return new Worker(script, { type: "module" });
}
