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

const chooser = lesson.photoChooser(async (photo) => {
  for (const section of sections) await section.take(photo);
});
lesson.section("photoSection", chooser);
const inTurn = makeTurns();
const sections = [new DilationSection(lesson, inTurn), new PyramidSection(lesson, inTurn), new RefinementSection(lesson, inTurn)];
askQuestions(lesson);
