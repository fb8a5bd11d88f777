// Counts what a page's engine holds, whoever made it: WebAssembly's memories and GPU buffers, for which browsers have no figures
// (`measureUserAgentSpecificMemory` leaves out WebAssembly's pages, and never answers while a worker waits for work).

/** Counts from now on. @returns {() => {wasm: number, gpu: number}} the most bytes that existed at once */
export function watchMemory() {
  const [wasm, gpu] = [watchWasm(), watchGpu()];
  return () => ({ wasm: wasm(), gpu: gpu() });
}

/** WebAssembly's memories never shrink, so that their last size is their largest. */
function watchWasm() {
  /** @type {Set<WebAssembly.Memory>} */
  const memories = new Set();
  const { Memory, instantiate, instantiateStreaming } = WebAssembly;
  WebAssembly.Memory = new Proxy(Memory, {
    construct(target, args) {
      const memory = Reflect.construct(target, args);
      memories.add(memory);
      return memory;
    },
  });
  const exported = (/** @type {any} */ result) => {
    const { exports } = result.instance ?? result;
    for (const value of Object.values(exports)) if (value instanceof Memory) memories.add(value);
    return result;
  };
  WebAssembly.instantiate = (/** @type {[any, any]} */ ...args) => instantiate(...args).then(exported);
  WebAssembly.instantiateStreaming = (...args) => instantiateStreaming(...args).then(exported);
  return () => [...memories].reduce((sum, memory) => sum + memory.buffer.byteLength, 0);
}

/** Buffers that are dropped without `destroy` count until the end, as they do for the browser until it collects them. */
function watchGpu() {
  let bytes = 0;
  let peak = 0;
  const device = globalThis.GPUDevice?.prototype;
  if (!device) return () => 0;
  const createBuffer = device.createBuffer;
  device.createBuffer = function (descriptor) {
    const buffer = createBuffer.call(this, descriptor);
    bytes += descriptor.size;
    peak = Math.max(peak, bytes);
    const destroy = buffer.destroy.bind(buffer);
    let alive = true;
    buffer.destroy = () => {
      if (alive) bytes -= descriptor.size;
      alive = false;
      return destroy();
    };
    return buffer;
  };
  return () => peak;
}
