/**
 * The lessons in the order in which they build on each other.
 * @typedef {object} Listed
 * @property {number} number
 * @property {string} folder beside this file
 * @property {Record<import("./shell/text.js").Language, string>} titles
 * @property {number} minutes of a class's time
 */

/** @type {readonly Listed[]} */
export const LESSONS = [
  { number: 1, folder: "01-pixels-to-classes", titles: { en: "Pixels to classes", de: "Von Pixeln zu Klassen" }, minutes: 30 },
  { number: 2, folder: "02-patches-to-convolution", titles: { en: "From patches to fully convolutional", de: "Vom Ausschnitt zum Fully Convolutional Network" }, minutes: 40 },
  { number: 3, folder: "03-convolution-arithmetic", titles: { en: "Convolution arithmetic", de: "Rechnen mit Faltungen" }, minutes: 45 },
  { number: 4, folder: "04-receptive-field", titles: { en: "Receptive field", de: "Rezeptives Feld" }, minutes: 45 },
  { number: 5, folder: "05-upsampling", titles: { en: "Upsampling", de: "Vergrößern" }, minutes: 45 },
  { number: 6, folder: "06-skips", titles: { en: "Skips", de: "Skip-Verbindungen" }, minutes: 40 },
  { number: 7, folder: "07-wider-without-smaller", titles: { en: "Wider without smaller", de: "Weiter, ohne kleiner zu werden" }, minutes: 40 },
  { number: 8, folder: "08-attention", titles: { en: "Attention", de: "Aufmerksamkeit" }, minutes: 35 },
  { number: 9, folder: "09-losses", titles: { en: "Losses", de: "Verlustfunktionen" }, minutes: 50 },
  { number: 10, folder: "10-metrics", titles: { en: "Metrics", de: "Maße" }, minutes: 45 },
  { number: 11, folder: "11-history", titles: { en: "The history", de: "Die Geschichte" }, minutes: 40 },
];
