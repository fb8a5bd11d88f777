import { h } from "../dom.js";
import { LESSONS } from "../learn/lessons.js";
import { link, showPage } from "../learn/shell/page.js";
import { Texts } from "../learn/shell/text.js";

/** @typedef {{text: string, state: string, answer: string}} Exercise `state` is what stands behind the question mark of the lesson's address */
/** @typedef {{goal: string, order: string[], exercises: Exercise[]}} Guide */

await showPage(async (texts) => {
  const guides = await Promise.all(LESSONS.map(({ folder }) => Texts.load(texts.language, new URL(`../learn/${folder}/`, import.meta.url))));
  const minutes = LESSONS.reduce((sum, lesson) => sum + lesson.minutes, 0);
  const overview = h(
    "div",
    { className: "scroll" },
    h(
      "table",
      {},
      h("caption", {}, texts.t("overview", { minutes })),
      h("thead", {}, h("tr", {}, ...["lessonColumn", "minutes", "goal"].map((key) => h("th", { scope: "col" }, texts.t(key))))),
      h(
        "tbody",
        {},
        ...LESSONS.map((lesson, i) => {
          const name = h("a", { href: `#lesson-${lesson.number}` }, `${lesson.number}. ${lesson.titles[texts.language]}`);
          return h("tr", {}, h("th", { scope: "row" }, name), h("td", {}, texts.number(lesson.minutes)), h("td", { className: "text" }, guides[i].raw("teacher").goal));
        }),
      ),
    ),
  );
  const advice = h("section", {}, h("h2", {}, texts.t("before")), h("ul", { className: "points" }, ...texts.raw("advice").map((/** @type {string} */ text) => h("li", {}, text))));
  return [overview, advice, ...LESSONS.map((lesson, i) => guide(lesson, guides[i].raw("teacher"), texts))];
}, "../learn/");

/**
 * @param {import("../learn/lessons.js").Listed} lesson
 * @param {Guide} guide
 * @param {Texts} texts
 */
function guide({ number, folder, titles, minutes }, { goal, order, exercises }, texts) {
  const address = `../learn/${folder}/`;
  const exercise = (/** @type {Exercise} */ { text, state, answer }) => {
    const open = h("a", { href: link(state ? `${address}?${state}` : address) }, texts.t("open"));
    return h("li", {}, h("p", {}, text, " ", open), h("details", {}, h("summary", {}, texts.t("answer")), h("p", {}, answer)));
  };
  return h(
    "section",
    { id: `lesson-${number}` },
    h("h2", {}, h("a", { href: link(address) }, `${number}. ${titles[texts.language]}`), ` (${texts.t("time", { minutes })})`),
    h("p", {}, goal),
    h("h3", {}, texts.t("course")),
    h("ol", { className: "points" }, ...order.map((step) => h("li", {}, step))),
    h("h3", {}, texts.t("exercises")),
    h("ol", { className: "points" }, ...exercises.map(exercise)),
  );
}
