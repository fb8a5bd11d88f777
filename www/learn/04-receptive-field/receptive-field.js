import { openLesson } from "../shell/lesson.js";
import { ComparisonSection } from "./comparison-section.js";
import { FieldLab } from "./field-lab.js";
import { LiveSection } from "./live-section.js";
import { askQuestions } from "./questions.js";
import { StackSection } from "./stack-section.js";

const DEFAULTS = {
  // A preset, or layers as stack.js spells them.
  stack: "three",
  side: 224,
  position: 2,
  // The layer whose formulas are shown; -1 is the last.
  selected: -1,
  photo: "astronaut",
  network: "enet",
  plain: false,
  // A layer's name; empty is the output. This one's field is half as wide as the photo.
  depth: "add_9",
  // Shares of the photo's width and height, so that all networks look at the same place.
  at: [0.5, 0.5],
  measured: false,
  compare: "pspnet,unet_without_skips,unet",
};

/** @typedef {import("../shell/lesson.js").Lesson<typeof DEFAULTS>} Shared */

const lesson = await openLesson(4, DEFAULTS);
new StackSection(lesson);
const fields = new FieldLab(lesson.lab);
const live = new LiveSection(lesson, fields);
new ComparisonSection(lesson, fields, live);
askQuestions(lesson);
