// Tells whether a worker sees WebGPU.
postMessage("gpu" in navigator);
