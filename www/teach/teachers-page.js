import { h } from "../dom.js";
import { LESSONS } from "../learn/lessons.js";
import { scroller } from "../learn/shell/figure.js";
import { link, showPage } from "../learn/shell/page.js";

/** @typedef {{text: string, state: string, answer: string}} Exercise `state` is what stands behind the question mark of the lesson's address */
/** @typedef {{goal: string, order: string[], exercises: Exercise[]}} Guide */

await showPage(async (texts) => {
  const guides = await Promise.all(LESSONS.map(({ folder }) => texts.loadOther(new URL(`../learn/${folder}/`, import.meta.url))));
  const minutes = LESSONS.reduce((sum, lesson) => sum + lesson.minutes, 0);
  const rows = LESSONS.map((lesson, i) => {
    const name = h("a", { href: `#lesson-${lesson.number}` }, `${lesson.number}. ${lesson.titles[texts.language]}`);
    return h("tr", {}, h("th", { scope: "row" }, name), h("td", {}, texts.number(lesson.minutes)), h("td", { className: "text" }, guides[i].raw("teacher").goal));
  });
  const caption = texts.t("overview", { minutes });
  const head = h("tr", {}, ...["lessonColumn", "minutes", "goal"].map((key) => h("th", { scope: "col", className: key === "goal" ? "text" : "" }, texts.t(key))));
  const overview = scroller(caption, h("table", {}, h("caption", {}, caption), h("thead", {}, head), h("tbody", {}, ...rows)));
  const advice = h("section", {}, h("h2", {}, texts.t("before")), h("ul", { className: "points" }, ...texts.raw("advice").map((/** @type {string} */ text) => h("li", {}, text))));
  return [overview, advice, ...LESSONS.map((lesson, i) => guide(lesson, guides[i].raw("teacher"), texts))];
}, "../learn/");

/**
 * @param {import("../learn/lessons.js").Listed} lesson
 * @param {Guide} guide
 * @param {import("../learn/shell/text.js").Texts} texts
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
