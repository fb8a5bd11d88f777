// The governor, against a machine whose frames take as long as we say.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Governor } from "../../www/governor.js";

const MODEL = { inputSide: 480, inputMultiple: 32 };

/**
 * The sides at which a machine runs whose frames take `msAt(side)`.
 * @param {Governor} governor
 * @param {(side: number) => number} msAt
 * @param {number} frames
 */
function run(governor, msAt, frames) {
  return Array.from({ length: frames }, () => {
    const side = /** @type {number} */ (governor.side);
    governor.took(msAt(side));
    return side;
  });
}

/** @param {number} nanoseconds a pixel @param {number} [fixed] ms a frame */
const machine =
  (nanoseconds, fixed = 0) =>
  (/** @type {number} */ side) =>
    (side * side * nanoseconds) / 1e6 + fixed;

test("a fast machine keeps the model's own resolution", () => {
  const governor = new Governor();
  governor.begin(MODEL);
  assert.deepEqual(new Set(run(governor, machine(20), 60)), new Set([480]));
});

test("a slow machine settles where it holds the rate, and stays there", () => {
  const governor = new Governor();
  governor.begin(MODEL);
  const msAt = machine(300, 6);
  run(governor, msAt, 60);
  const settled = new Set(run(governor, msAt, 60));
  assert.equal(settled.size, 1, `swings between ${[...settled]}`);
  const [side = 0] = settled;
  assert.ok(msAt(side) <= 1000 / 30, `${msAt(side)} ms at ${side}`);
  assert.ok(side >= 224, `${side} is smaller than it need be`);
  assert.match(governor.reason, /lowered/);
});

test("a machine that cannot hold the rate gets the smallest input, not none", () => {
  const governor = new Governor();
  governor.begin(MODEL);
  const sides = run(governor, machine(30_000), 20);
  assert.equal(sides.at(-1), 192);
  assert.ok(sides.indexOf(192) <= 4, "and does not suffer for long first");
});

test("when the machine has time again the resolution rises", () => {
  const governor = new Governor();
  governor.begin(MODEL);
  run(governor, machine(400), 60);
  const low = governor.side ?? 0;
  run(governor, machine(50), 60);
  assert.ok((governor.side ?? 0) > low);
  assert.match(governor.reason, /raised/);
});

test("one slow frame among many changes nothing", () => {
  const governor = new Governor();
  governor.begin(MODEL);
  let i = 0;
  const sides = run(governor, () => (i++ % 9 === 4 ? 90 : 20), 60);
  assert.deepEqual(new Set(sides), new Set([480]));
});

test("a pinned side stays", () => {
  const governor = new Governor();
  governor.begin(MODEL);
  governor.pinned = 256;
  assert.deepEqual(new Set(run(governor, machine(30_000), 30)), new Set([256]));
});

test("sides are multiples that the network takes", () => {
  const governor = new Governor();
  governor.begin({ inputSide: 500, inputMultiple: 48 });
  assert.deepEqual(governor.sides, [192, 240, 288, 336, 384, 432, 480, 500]);
});

test("another rate to hold changes the resolution", () => {
  const governor = new Governor();
  governor.begin(MODEL);
  const msAt = machine(300, 6);
  run(governor, msAt, 60);
  const at30 = governor.side;
  governor.rate = 10;
  run(governor, msAt, 60);
  assert.ok(governor.side > at30, `${governor.side} at 10 a second, ${at30} at 30`);
  governor.rate = 60;
  run(governor, msAt, 60);
  assert.ok(governor.side < at30, `${governor.side} at 60 a second, ${at30} at 30`);
});
