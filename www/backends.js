/** Which of the two backends runs a model, in the worker. */
import { Session } from "./pkg/engine.js";

/** @typedef {import("./types.js").BackendName} BackendName */
/** @typedef {import("./types.js").Race} Race */

/** Sides of the inputs that are raced: the small one costs even a GPU made of software little. */
const SMALL = 128;
const LARGE = 384;
/** How many times slower than the CPU a GPU must be on the small input to be out of the race. */
const HOPELESS = 4;

/** @param {BackendName} backend @returns {Promise<Session>} */
export async function openSession(backend) {
  return backend === "cpu" ? Session.onCpu() : Session.onGpu();
}

/**
 * Lets both backends run the visitor's model, unless that was done before, and keeps the faster one. A backend that fails
 * does not win.
 * @param {Session} gpu
 * @param {Uint8Array} bytes of the model
 * @param {Race | null} remembered
 * @returns {Promise<{session: Session, race: Race}>}
 */
export async function chooseBackend(gpu, bytes, remembered) {
  if (remembered?.winner === "webgpu") return { session: gpu, race: remembered };
  const cpu = await openSession("cpu");
  const race = remembered ?? (await hold(gpu, cpu, bytes));
  const [session, loser] = race.winner === "cpu" ? [cpu, gpu] : [gpu, cpu];
  loser.dispose();
  return { session, race };
}

/**
 * @param {Session} gpu
 * @param {Session} cpu
 * @param {Uint8Array} bytes
 * @returns {Promise<Race>}
 */
async function hold(gpu, cpu, bytes) {
  // An unreadable model is the caller's to hear of, not a reason to prefer a backend.
  cpu.loadModel(bytes);
  try {
    gpu.loadModel(bytes);
    const small = { cpu: await best(cpu, SMALL), webgpu: await best(gpu, SMALL) };
    if (small.webgpu > HOPELESS * small.cpu) return { winner: "cpu", side: SMALL, cpuMs: small.cpu, webgpuMs: small.webgpu, failure: null };
    const [cpuMs, webgpuMs] = [await best(cpu, LARGE), await best(gpu, LARGE)];
    return { winner: cpuMs < webgpuMs ? "cpu" : "webgpu", side: LARGE, cpuMs, webgpuMs, failure: null };
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error);
    return { winner: "cpu", side: SMALL, cpuMs: await best(cpu, SMALL), webgpuMs: null, failure };
  }
}

/**
 * @param {Session} session
 * @param {number} side
 */
async function best(session, side) {
  return Math.min(...(await session.timeNetwork(side, side, 2)));
}
