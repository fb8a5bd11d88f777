import { openLesson } from "../shell/lesson.js";
import { DilationSection } from "./dilation-section.js";
import { GriddingSection } from "./gridding-section.js";
import { PyramidSection } from "./pyramid-section.js";
import { askQuestions } from "./questions.js";
import { RefinementSection } from "./refinement-section.js";
import { makeTurns } from "./turns.js";

const DEFAULTS = {
  // Rates of two stacks, and after how many layers they are shown.
  a: [2, 2, 2],
  b: [1, 2, 5],
  layers: 3,
  photo: "astronaut",
  network: "people",
  // One for each rate that the network was trained with; empty is as trained.
  rates: /** @type {number[]} */ ([]),
  channel: 0,
  // Grids of pyramid pooling that are cut off, by their cells across; 0 is what is not pooled.
  off: /** @type {number[]} */ ([]),
  crf: false,
  iterations: 5,
  side: 64,
  fine: false,
};

/** @typedef {import("../shell/lesson.js").Lesson<typeof DEFAULTS>} Shared */

const lesson = await openLesson(7, DEFAULTS);
new GriddingSection(lesson);

/** @type {string | null} */
let shown = null;
const chooser = lesson.photoChooser(async (photo) => {
  for (const section of sections) await section.take(photo);
});
// Before the lesson's own listener, which writes it into the state.
chooser.addEventListener("photo", (event) => (shown = /** @type {CustomEvent<import("../shell/photo.js").Photo>} */ (event).detail.name), { capture: true });
lesson.section("photoSection", chooser);
lesson.state.onChange((changed) => {
  // After a reset.
  if (changed.has("photo") && shown !== null && shown !== lesson.state.values.photo) void lesson.work(() => chooser.show(lesson.state.values.photo));
});
const inTurn = makeTurns();
const sections = [new DilationSection(lesson, inTurn), new PyramidSection(lesson, inTurn), new RefinementSection(lesson, inTurn)];
askQuestions(lesson);
