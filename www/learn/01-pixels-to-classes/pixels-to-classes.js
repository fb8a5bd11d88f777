/** Lesson 1: what a network answers with, on one photo, pixel by pixel. */
import { openLesson } from "../shell/lesson.js";
import { MapView } from "../shell/map-view.js";
import { BackgroundClass, decided, shareOfThings } from "./background-class.js";
import { ClassMaps, MAPS } from "./class-maps.js";
import { InputPlanes, shareChanged } from "./input-planes.js";
import { instancesOf } from "./instances.js";
import { newest } from "../shell/newest.js";
import { NETWORKS, PhotoAnswer } from "./photo-answer.js";
import { NO_LABEL, PixelScores } from "./pixel-scores.js";
import { argmax, softmax } from "../shell/softmax.js";
import { sceneOf, study } from "./study.js";
import { ThreeTasks } from "./three-tasks.js";

/** @typedef {import("../shell/photo.js").Photo} Photo */

/** What the question about softmax adds to all scores. */
const SHIFT = 5;
/** Shares of changed pixels that its question tells apart. */
const CHANGES = [0.01, 0.05, 0.2];

const lesson = await openLesson(1, {
  photo: "astronaut",
  model: "people",
  /** The pixel, in shares of the photo's sides. */
  x: 0.45,
  y: 0.3,
  grey: /** @type {boolean} */ (false),
  maps: "probability",
  /** The class of the formula and of the instances. */
  of: 1,
  label: NO_LABEL,
  background: /** @type {boolean} */ (true),
  threshold: 0,
  copies: 1,
  gap: 0.1,
  least: 0.005,
});
const { state, texts } = lesson;

/** @type {Photo | null} */
let photo = null;
/** @type {import("./study.js").Study | null} */
let studied = null;
/** What the tasks look at: the answer, or that on the photo beside itself. @type {{answer: import("./answer.js").Answer, pixels: ImageData} | null} */
let scene = null;

const chooser = lesson.photoChooser(async (chosen) => {
  photo = chosen;
  showPhoto();
  await look();
});
const figure = new PhotoAnswer(texts, chooser, (model) => state.set({ model }));
const maps = new ClassMaps(texts, (kind) => state.set({ maps: kind }));
const pixel = new PixelScores(texts, { chooseClass: (of) => state.set({ of }), chooseLabel: (label) => state.set({ label }) });
const planes = new InputPlanes(texts, (grey) => state.set({ grey }));
const background = new BackgroundClass(texts, {
  chooseBackground: (has) => state.set({ background: has }),
  chooseThreshold: (threshold) => state.set({ threshold }),
});
const tasks = new ThreeTasks(texts, {
  chooseCopies: (copies) => state.set({ copies }),
  chooseGap: (gap) => state.set({ gap }),
  chooseClass: (of) => state.set({ of }),
  chooseLeast: (least) => state.set({ least }),
});
lesson.section("figure", figure);
lesson.section("maps", maps);
lesson.section("pixel", pixel);
lesson.section("planes", planes);
lesson.section("background", background);
lesson.section("tasks", tasks);

/** Of the address, where it says something that there is. */
function values() {
  const { model, maps: kind, ...others } = state.values;
  const share = (/** @type {number} */ value) => Math.min(Math.max(value, 0), 1);
  const limit = (/** @type {number} */ id, /** @type {number} */ least) => Math.min(Math.max(Math.round(id), least), (studied?.classes.length ?? 1) - 1);
  return {
    ...others,
    x: share(others.x),
    y: share(others.y),
    of: limit(others.of, 0),
    label: limit(others.label, NO_LABEL),
    threshold: share(others.threshold),
    least: share(others.least),
    gap: Math.min(Math.max(others.gap, -0.6), 0.2),
    copies: others.copies === 2 ? 2 : 1,
    model: NETWORKS.find((known) => known === model) ?? NETWORKS[0],
    kind: MAPS.find((known) => known === kind) ?? "probability",
  };
}

/** Runs the network on what is chosen now, if it has not run on it. */
const runNewest = newest(async () => {
  const { model } = values();
  if (!photo || (studied && studied.photo === photo && studied.model.id === model)) return;
  studied = await study(lesson, photo, model);
  showAnswers();
  await runScene();
});
const look = () => lesson.work(runNewest);

/** Runs it on the photo beside itself, if that is chosen. */
const runScene = newest(async () => {
  const of = studied;
  if (!of) return;
  const { copies, gap } = values();
  const seen = await sceneOf(of, copies, gap);
  // Of another photo or network by now, whose own scene is asked for.
  if (of !== studied) return;
  scene = seen;
  showTasks();
});

function showPhoto() {
  if (!photo) return;
  const { grey, model } = values();
  if (studied?.photo !== photo) figure.showPhoto(photo, model);
  planes.showPhoto(photo, grey);
  place();
}

/** That on the photo in grey where the network is asked about that one. */
const shown = () => (values().grey ? studied?.grey : studied?.colour);

function showAnswers() {
  const answer = shown();
  if (!studied || !answer) return;
  const { classes, pixels, colour, grey, firstLayer, model } = studied;
  figure.showPhoto(studied.photo, model.id);
  figure.show(answer, { classes, pixels, info: model.info });
  planes.showAnswers({ colour, grey, classes, pixels, firstLayer });
  showMaps();
  showBackground();
  place();
}

function showMaps() {
  const answer = shown();
  if (studied && answer) maps.show(answer, studied.classes, values().kind);
}

function showBackground() {
  const { background: hasBackground, threshold } = values();
  const answer = shown();
  if (studied && answer) background.show(answer, { classes: studied.classes, pixels: studied.pixels, hasBackground, threshold });
}

/** The pixel of the answer that is looked at. @param {{width: number, height: number}} size */
function positionIn({ width, height }) {
  const { x, y } = values();
  return { x: Math.min(Math.floor(x * width), width - 1), y: Math.min(Math.floor(y * height), height - 1) };
}

function place() {
  const { x, y, of, label } = values();
  planes.place({ x, y });
  const answer = shown();
  // While a new photo is looked at, what the network said of the last one has no place in it.
  if (!studied || !answer || studied.photo !== photo) return;
  const position = positionIn(answer);
  for (const part of [figure, maps, background]) part.place(position);
  pixel.show(answer.at(position), { position, classes: studied.classes, of, label });
}

function showTasks() {
  const { of, least, copies, gap } = values();
  tasks.showChoices({ copies, gap });
  if (studied && scene) tasks.show(scene.answer, { pixels: scene.pixels, classes: studied.classes, of, least });
}

lesson.main.addEventListener("position", (event) => {
  if (!(event.target instanceof MapView)) return;
  const { x, y } = /** @type {CustomEvent<{x: number, y: number}>} */ (event).detail;
  const { width, height } = event.target.canvas;
  state.set({ x: (x + 0.5) / width, y: (y + 0.5) / height });
});

state.onChange((changed) => {
  const has = (/** @type {string[]} */ ...keys) => keys.some((key) => changed.has(key));
  if (has("model")) void look();
  if (has("grey")) showPhoto();
  if (has("grey")) showAnswers();
  if (has("maps")) showMaps();
  if (has("background", "threshold")) showBackground();
  if (has("x", "y", "of", "label")) place();
  if (has("copies", "gap")) {
    tasks.showChoices(values());
    void lesson.work(runScene);
  } else if (has("of", "least")) showTasks();
});

/** What a question is about; it may be asked before the first answer is there. */
async function answers() {
  await runNewest();
  if (!studied) throw new Error(texts.t("noPhoto"));
  return { ...studied, answer: /** @type {import("./answer.js").Answer} */ (shown()), values: values() };
}

lesson.question("shift", async () => {
  const { answer, classes } = await answers();
  const scores = answer.at(positionIn(answer));
  const best = argmax(scores);
  const [before, after] = [scores, scores.map((score) => score + SHIFT)].map((each) => softmax(each)[best]);
  const difference = after - before;
  const changes = Math.abs(difference) < 1e-9 ? 2 : difference > 0 ? 0 : 1;
  return { answer: changes, values: { class: classes[best].label, shift: SHIFT, before: texts.percent(before), after: texts.percent(after) } };
});

lesson.question("numbers", async () => {
  const { answer } = await answers();
  return { answer: answer.scores.length, values: { classes: answer.classes, height: answer.height, width: answer.width } };
});

lesson.question("inGrey", async () => {
  const { colour, grey } = await answers();
  const share = shareChanged(colour, grey);
  const above = CHANGES.filter((limit) => share >= limit).length;
  return { answer: above, values: { share: texts.percent(share) } };
});

lesson.question("without", async () => {
  const { answer, classes } = await answers();
  const shareOf = (/** @type {boolean} */ hasBackground) => shareOfThings(decided(answer, { hasBackground, threshold: 0 }));
  const [before, after] = [shareOf(true), shareOf(false)];
  const values = { before: texts.percent(before), after: texts.percent(after), things: classes.length - 1 };
  return { answer: after === 1 ? 2 : after === before ? 0 : 1, values };
});

lesson.question("touching", async () => {
  const about = await answers();
  const { of, least, gap } = about.values;
  const { answer } = await sceneOf(about, 2, gap);
  const { instances } = instancesOf(answer.ids, answer.width, of, Math.ceil(least * answer.ids.length));
  const pixels = instances.map((instance) => texts.number(instance.pixels)).join(", ") || "–";
  return { answer: instances.length, values: { class: about.classes[of].label, gap: texts.percent(gap), pixels } };
}, 0);
