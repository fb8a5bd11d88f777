/**
 * Files that are dropped anywhere on the page or pasted, and addresses that are pasted.
 * @param {HTMLElement} dropTarget marked with `is-drop-target` while a file hovers over the page
 * @param {{onFile: (file: File) => void, onAddress?: (url: URL) => void}} reactions
 */
export function listenForFiles(dropTarget, { onFile, onAddress }) {
  /** @param {DataTransfer | null} data */
  const bringsFiles = (data) => data?.types.includes("Files") ?? false;
  /** @param {DataTransfer | null} data */
  const take = (data) => {
    const file = data?.files[0];
    if (file) onFile(file);
    return file !== undefined;
  };
  document.addEventListener("dragover", (event) => {
    if (!bringsFiles(event.dataTransfer)) return;
    event.preventDefault();
    dropTarget.classList.add("is-drop-target");
  });
  document.addEventListener("dragleave", (event) => {
    // Between two elements of the page there is a related target; outside there is none.
    if (event.relatedTarget === null) dropTarget.classList.remove("is-drop-target");
  });
  document.addEventListener("drop", (event) => {
    if (!bringsFiles(event.dataTransfer)) return;
    event.preventDefault();
    dropTarget.classList.remove("is-drop-target");
    take(event.dataTransfer);
  });
  document.addEventListener("paste", (event) => {
    // What is pasted into a field is the field's.
    if (event.target instanceof HTMLInputElement) return;
    const url = addressIn(event.clipboardData?.getData("text/plain") ?? "");
    if (take(event.clipboardData)) event.preventDefault();
    else if (url) onAddress?.(url);
  });
}

/**
 * The file that a visitor chooses.
 * @param {HTMLInputElement} input
 * @param {(file: File) => void} react
 */
export function onFile(input, react) {
  input.addEventListener("change", () => {
    const chosen = input.files?.[0];
    input.value = "";
    if (chosen) react(chosen);
  });
}

/**
 * The web address that a text is, if it is one.
 * @param {string} text
 */
export function addressIn(text) {
  const url = URL.parse(text.trim());
  return url && /^https?:$/.test(url.protocol) ? url : null;
}
