/** Which of the two backends runs a model, in the worker. */

/** @typedef {import("./pkg/engine.js").Session} Session */
/** @typedef {import("./bundle.js").Bundle} Bundle */
/** @typedef {import("./types.js").BackendName} BackendName */
/** @typedef {import("./types.js").Race} Race */
/** @typedef {import("./types.js").Run} Run */
/** @typedef {"auto" | import("./types.js").Activations} Activations */

/** Sides of the inputs that are raced: the small one costs even a GPU made of software little. */
const SMALL = 128;
const LARGE = 384;
/** How many times slower than the CPU a GPU must be on the small input to be out of the race. */
const HOPELESS = 4;

/**
 * @param {Bundle} bundle
 * @param {BackendName} backend
 * @param {Activations} [activations] on the GPU; "auto" leaves int8 to a race
 * @returns {Promise<Session>}
 */
export async function openSession(bundle, backend, activations = "auto") {
  if (backend === "webgpu") {
    const session = await bundle.exports.Session.onGpu(activations !== "f32");
    session.setInt8(activations === "int8");
    return session;
  }
  await bundle.startThreads();
  return bundle.exports.Session.onCpu();
}

/**
 * Lets both backends test themselves and run the visitor's model, unless that was done before, and keeps the faster one that
 * computes right.
 *
 * Errors: `backend-wrong` if neither does.
 * @param {Bundle} bundle
 * @param {Session} gpu
 * @param {Uint8Array} bytes of the model
 * @param {Race | null} remembered
 * @param {Activations} activations
 * @returns {Promise<{session: Session, race: Race}>}
 */
export async function chooseBackend(bundle, gpu, bytes, remembered, activations) {
  if (remembered?.winner === "webgpu") {
    if (activations === "auto") gpu.setInt8(int8Wins(remembered));
    return { session: gpu, race: remembered };
  }
  const cpu = await openSession(bundle, "cpu");
  const race = remembered ?? (await hold(gpu, cpu, bytes, activations));
  const [session, loser] = race.winner === "cpu" ? [cpu, gpu] : [gpu, cpu];
  loser.dispose();
  if (loser === cpu) bundle.endThreads();
  return { session, race };
}

/**
 * @param {Session} gpu
 * @param {Session} cpu
 * @param {Uint8Array} bytes
 * @param {Activations} activations
 * @returns {Promise<Race>}
 */
async function hold(gpu, cpu, bytes, activations) {
  // An unreadable model is the caller's to hear of, not a reason to prefer a backend.
  cpu.loadModel(bytes);
  const test = await cpu.selfTest();
  // A file without numbers of its own: the GPU is compared with the CPU.
  const numbers = test.steps === 0 ? await cpu.ownNumbers() : undefined;
  /** @type {{cpu: Run, webgpu: Run, int8: Run | null}} */
  const runs = { cpu: { test, ms: null, failure: wrongness(test) }, webgpu: await tested(gpu, bytes, numbers), int8: null };
  if (runs.cpu.failure && runs.webgpu.failure) {
    const error = new Error(`neither the GPU nor the processor computes this model right: ${runs.cpu.failure}; please report this`);
    throw Object.assign(error, { code: "backend-wrong" });
  }
  let side = SMALL;
  if (!runs.cpu.failure) runs.cpu.ms = await best(cpu, side);
  if (!runs.webgpu.failure) runs.webgpu.ms = await best(gpu, side);
  if (runs.cpu.ms !== null && runs.webgpu.ms !== null && runs.webgpu.ms <= HOPELESS * runs.cpu.ms) {
    side = LARGE;
    runs.cpu.ms = await best(cpu, side);
    runs.webgpu.ms = await best(gpu, side);
    if (activations === "auto") runs.int8 = await int8Run(gpu, bytes, side);
    gpu.setInt8(activations === "int8" || int8Wins(runs));
  }
  const gpuMs = Math.min(runs.webgpu.ms ?? Infinity, runs.int8?.ms ?? Infinity);
  return { winner: (runs.cpu.ms ?? Infinity) < gpuMs ? "cpu" : "webgpu", side, ...runs };
}

/**
 * The GPU's run with products in int8, or `null` where the adapter has none, or the model no numbers to test them by.
 * @param {Session} gpu
 * @param {Uint8Array} bytes
 * @param {number} side
 * @returns {Promise<Run | null>}
 */
async function int8Run(gpu, bytes, side) {
  if (!gpu.setInt8(true)) return null;
  gpu.loadModel(bytes);
  if (gpu.activations() !== "int8") return null;
  const run = await tested(gpu, bytes);
  if (run.test?.steps === 0) return null;
  if (run.failure) return run;
  try {
    return { ...run, ms: await best(gpu, side) };
  } catch (error) {
    return { ...run, failure: sentenceOf(error) };
  }
}

/**
 * Less exact numbers must be worth it.
 * @param {Pick<Race, "webgpu" | "int8">} runs
 */
const int8Wins = ({ webgpu, int8 }) => (int8?.ms ?? Infinity) < 0.95 * (webgpu.ms ?? Infinity);

/**
 * @param {Session} gpu
 * @param {Uint8Array} bytes
 * @param {string} [numbers]
 * @returns {Promise<Run>}
 */
async function tested(gpu, bytes, numbers) {
  try {
    gpu.loadModel(bytes);
    const test = await gpu.selfTest(numbers);
    return { test, ms: null, failure: wrongness(test) };
  } catch (error) {
    return { test: null, ms: null, failure: sentenceOf(error) };
  }
}

/** @param {unknown} error */
const sentenceOf = (error) => (error instanceof Error ? error.message : String(error));

/** @param {import("./types.js").SelfTest} test */
function wrongness({ firstWrong, worst }) {
  return firstWrong === null ? null : `wrong numbers from layer ${firstWrong} on, off by up to ${(worst * 100).toFixed(1)} %`;
}

/**
 * @param {Session} session
 * @param {number} side
 */
async function best(session, side) {
  return Math.min(...(await session.timeNetwork(side, side, 2)));
}
