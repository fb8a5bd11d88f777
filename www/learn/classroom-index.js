import { h } from "../dom.js";
import { LESSONS } from "./lessons.js";
import { link, showPage } from "./shell/page.js";

await showPage(async (texts) => {
  const items = LESSONS.map(async ({ number, folder, titles }) => {
    const own = await texts.loadOther(new URL(`${folder}/`, import.meta.url));
    const title = h("a", { href: link(`${folder}/`) }, `${number}. ${titles[texts.language]}`);
    return h("li", {}, h("h2", {}, title), h("p", {}, own.t("lead")));
  });
  const more = h(
    "nav",
    { "aria-label": texts.t("more") },
    h("a", { href: link("../teach/") }, texts.t("teachers")),
    h("a", { href: link("../graph/") }, texts.t("graph")),
    h("a", { href: "../../" }, texts.t("photo")),
    h("a", { href: "../compare/" }, texts.t("compare")),
    h("a", { href: "../timeline/" }, texts.t("timeline")),
  );
  // Styled without markers, a list is none to some screen readers unless it says so.
  return [h("ol", { role: "list", className: "lessons" }, ...(await Promise.all(items))), h("footer", {}, more)];
}, "../../", { count: LESSONS.length });
