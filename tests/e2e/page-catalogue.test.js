// The catalogue's colours can be told apart, by colour-blind visitors too, and mean the same in every model.
import assert from "node:assert/strict";
import { test } from "node:test";
import { catalogue } from "./page-driver.js";

/** @typedef {number[]} Triple */

/** Linear RGB as seen with full vision and without one kind of cone: Machado, Oliveira, Fernandes 2009, severity 1. */
const VISIONS = {
  full: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  protanopia: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deuteranopia: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  tritanopia: [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
};

/** Ottosson 2020, linear sRGB to Oklab. */
const TO_CONES = [0.4122214708, 0.5363325363, 0.0514459929, 0.2119034982, 0.6806995451, 0.1073969566, 0.0883024619, 0.2817188376, 0.6299787005];
const TO_OKLAB = [0.2104542553, 0.793617785, -0.0040720468, 1.9779984951, -2.428592205, 0.4505937099, 0.0259040371, 0.7827717662, -0.808675766];

/** @param {Triple} matrix row by row @param {Triple} v @returns {Triple} */
const times = (matrix, v) => [0, 3, 6].map((row) => matrix[row] * v[0] + matrix[row + 1] * v[1] + matrix[row + 2] * v[2]);

/** @param {Triple} colour sRGB bytes @param {Triple} vision @returns {Triple} */
function seen(colour, vision) {
  const linear = colour.map((byte) => (byte <= 10 ? byte / 255 / 12.92 : ((byte / 255 + 0.055) / 1.055) ** 2.4));
  const visible = times(vision, linear).map((value) => Math.min(1, Math.max(0, value)));
  return times(TO_OKLAB, times(TO_CONES, visible).map(Math.cbrt));
}

/** Distance in Oklab; 0.02 is a difference one just sees side by side. @param {Triple} a @param {Triple} b */
const distance = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);

test("any two classes of a model differ in colour under every kind of colour vision", async () => {
  const tooClose = [];
  for (const { id, classes } of await catalogue()) {
    for (const [vision, matrix] of Object.entries(VISIONS)) {
      const colours = classes.map(({ colour }) => seen(colour, matrix));
      for (let i = 0; i < colours.length; i++) {
        for (let j = 0; j < i; j++) {
          // Twenty colours cannot lie as far apart as ten.
          const least = classes.length > 12 ? 0.06 : 0.08;
          if (distance(colours[i], colours[j]) < least) tooClose.push(`${id}, ${vision}: ${classes[i].name} and ${classes[j].name}`);
        }
      }
    }
  }
  assert.deepEqual(tooClose, []);
});

test("a class of one name has one colour in every model", async () => {
  /** @type {Map<string, string>} */
  const known = new Map();
  for (const { id, classes } of await catalogue()) {
    for (const { name, colour } of classes) {
      assert.equal(String(colour), known.get(name) ?? String(colour), `${name} in ${id}`);
      known.set(name, String(colour));
    }
  }
});
