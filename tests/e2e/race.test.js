// Who wins the race between backends: the fastest of those that compute right, by sessions that only tell times.
import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseBackend } from "../../www/backends.js";

const RIGHT = { steps: 9, worst: 1e-6, tolerance: 1e-4, firstWrong: null };
const WRONG = { ...RIGHT, worst: 2, firstWrong: "level1" };

/** `ms` may be an error that ends its timing. @typedef {{ms: number | Error, test?: import("../../www/types.js").SelfTest}} Entrant */

/**
 * A session that runs a network in the entrant's time, or in the other's after `setInt8(true)`.
 * @param {Entrant} entrant
 * @param {Entrant | null} int8
 */
function session(entrant, int8 = null) {
  let wanted = false;
  let current = entrant;
  return {
    wantsInt8: () => wanted,
    isDisposed: false,
    setInt8(/** @type {boolean} */ value) {
      wanted = value;
      return int8 !== null;
    },
    loadModel() {
      current = (wanted && int8) || entrant;
    },
    activations: () => (current === int8 ? "int8" : "f16"),
    selfTest: async () => current.test ?? RIGHT,
    ownNumbers: async () => "",
    timeNetwork: async () => {
      if (current.ms instanceof Error) throw current.ms;
      return [current.ms, current.ms + 1];
    },
    dispose() {
      this.isDisposed = true;
    },
  };
}

/**
 * @param {{cpu: Entrant, webgpu: Entrant, int8?: Entrant | null, remembered?: import("../../www/types.js").Race | null, activations?: "auto" | "f16"}} entrants
 */
async function race({ cpu, webgpu, int8 = null, remembered = null, activations = "auto" }) {
  const [onCpu, gpu] = [session(cpu), session(webgpu, int8)];
  const bundle = { exports: { Session: { onCpu: () => onCpu } }, startThreads: async () => {}, endThreads: () => {} };
  const chosen = await chooseBackend(/** @type {any} */ (bundle), /** @type {any} */ (gpu), new Uint8Array(), remembered, activations);
  return { race: chosen.race, isGpu: /** @type {any} */ (chosen.session) === gpu, wantsInt8: gpu.wantsInt8(), gpu, onCpu };
}

test("the faster backend wins and the other is given back", async () => {
  const slow = await race({ cpu: { ms: 20 }, webgpu: { ms: 30 } });
  assert.deepEqual([slow.race.winner, slow.isGpu, slow.gpu.isDisposed], ["cpu", false, true]);
  const fast = await race({ cpu: { ms: 20 }, webgpu: { ms: 3 } });
  assert.deepEqual([fast.race.winner, fast.isGpu, fast.onCpu.isDisposed, fast.race.int8], ["webgpu", true, true, null]);
});

test("int8 runs where it is faster than the GPU's other numbers, and lets the GPU win", async () => {
  const won = await race({ cpu: { ms: 20 }, webgpu: { ms: 30 }, int8: { ms: 10 } });
  assert.deepEqual([won.race.winner, won.wantsInt8, won.race.int8?.ms], ["webgpu", true, 10]);
  const lost = await race({ cpu: { ms: 20 }, webgpu: { ms: 3 }, int8: { ms: 4 } });
  assert.deepEqual([lost.race.winner, lost.wantsInt8, lost.race.int8?.ms], ["webgpu", false, 4]);
});

test("int8 that fails its self-test does not run", async () => {
  const { race: held, wantsInt8 } = await race({ cpu: { ms: 20 }, webgpu: { ms: 10 }, int8: { ms: 1, test: WRONG } });
  assert.deepEqual([held.winner, wantsInt8, held.int8?.ms], ["webgpu", false, null]);
  assert.match(held.int8?.failure ?? "", /from layer level1 on/);
});

test("int8 that nothing can be compared with, or that fails while it is timed, does not run", async () => {
  const untested = await race({ cpu: { ms: 20 }, webgpu: { ms: 10 }, int8: { ms: 1, test: { ...RIGHT, steps: 0 } } });
  assert.deepEqual([untested.race.winner, untested.wantsInt8, untested.race.int8], ["webgpu", false, null]);
  const failed = await race({ cpu: { ms: 20 }, webgpu: { ms: 10 }, int8: { ms: new Error("lost") } });
  assert.deepEqual([failed.race.winner, failed.wantsInt8, failed.race.int8?.failure], ["webgpu", false, "lost"]);
});

test("int8 is not tried on a hopeless GPU, nor where other activations were asked for", async () => {
  const hopeless = await race({ cpu: { ms: 20 }, webgpu: { ms: 900 }, int8: { ms: 1 } });
  assert.deepEqual([hopeless.race.winner, hopeless.race.int8, hopeless.wantsInt8], ["cpu", null, false]);
  const asked = await race({ cpu: { ms: 20 }, webgpu: { ms: 10 }, int8: { ms: 1 }, activations: "f16" });
  assert.deepEqual([asked.race.winner, asked.race.int8, asked.wantsInt8], ["webgpu", null, false]);
});

test("a remembered race is not held again", async () => {
  const first = await race({ cpu: { ms: 20 }, webgpu: { ms: 30 }, int8: { ms: 10 } });
  const again = await race({ cpu: { ms: 1 }, webgpu: { ms: 30 }, int8: { ms: 10 }, remembered: first.race });
  assert.deepEqual([again.race, again.isGpu, again.wantsInt8], [first.race, true, true]);
});
