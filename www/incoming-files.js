/**
 * Files that are dropped anywhere on the page or pasted.
 * @param {HTMLElement} dropTarget marked with `is-drop-target` while a file hovers over the page
 * @param {(file: File) => void} onFile
 */
export function listenForFiles(dropTarget, onFile) {
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
    if (take(event.clipboardData)) event.preventDefault();
  });
}
