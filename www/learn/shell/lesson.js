import { h } from "../../dom.js";
import { clearError } from "../../page-state.js";
import { LESSONS } from "../lessons.js";
import { Lab } from "./lab.js";
import { languageChooser, link, messageBar, showMessage } from "./page.js";
import { PhotoChooser } from "./photo.js";
import { LessonQuestion } from "./question.js";
import { LessonState } from "./state.js";
import { Texts, chosenLanguage } from "./text.js";

/** @typedef {import("./state.js").Value} Value */
/** @typedef {import("./photo.js").Photo} Photo */

/**
 * Parts of a lesson that an address can leave out: `?hide=questions,header`. With `?embed=1` neither header nor footer is there; `?present=1` is
 * large type and nothing else.
 */
const PARTS = ["header", "lead", "questions", "footer", "controls"];

const root = document.documentElement;

/**
 * A lesson's page: title, languages, presenting, printing, address, questions, and what went wrong. The page has a `<main>`; a lesson fills
 * it. `data-state` on the root element is `starting`, `working`, `done` or `error`.
 * @template {Record<string, Value>} State
 */
export class Lesson {
  lab = new Lab();
  #message;
  #status = h("p", { id: "status", role: "status", className: "hint" });
  #questions;
  #presentingBar;
  /** Works under way. */
  #working = 0;
  /** How often something went wrong. */
  #failures = 0;

  /**
   * @param {number} number
   * @param {Texts} texts
   * @param {LessonState<State>} state
   */
  constructor(number, texts, state) {
    this.number = number;
    this.texts = texts;
    this.state = state;
    this.#message = messageBar(texts);
    this.main = /** @type {HTMLElement} */ (document.querySelector("main"));
    this.#questions = h("section", { className: "questions", hidden: true }, h("h2", {}, texts.shell("questions")));
    const end = h("button", { type: "button", className: "plain end-presenting", onclick: () => this.#present(false) }, texts.shell("endPresenting"));
    this.#presentingBar = h("section", { className: "presenting-bar", "aria-label": texts.shell("present") }, h("p", {}, texts.t("title")), end);
    this.#build();
  }

  /** @param {string} key @param {Record<string, string | number>} [values] */
  t(key, values) {
    return this.texts.t(key, values);
  }

  /**
   * A part of the lesson, with its heading and a paragraph of text: `{ "title", "text" }` under the key; either may be missing.
   * @param {string} key
   * @param {...(Node | string)} children
   */
  section(key, ...children) {
    const { title, text } = this.texts.raw(key) ?? {};
    const heading = title ? [h("h2", {}, title)] : [];
    const paragraphs = text ? String(text).split("\n").map((line) => h("p", {}, line)) : [];
    const section = h("section", { className: key, "aria-label": title ?? key }, ...heading, ...paragraphs, ...children);
    this.#questions.before(section);
    return section;
  }

  /**
   * A prediction that is compared with what is computed: see LessonQuestion.
   * @param {string} key
   * @param {() => import("./question.js").Solution | Promise<import("./question.js").Solution>} solve
   * @param {number} [tolerance]
   */
  question(key, solve, tolerance) {
    const question = new LessonQuestion(this.texts, key, solve, tolerance);
    question.id = key;
    this.#questions.append(question);
    this.#questions.hidden = false;
    return question;
  }

  /**
   * Samples and the visitor's own photo. The state has a `photo`; `use` gets each photo that is chosen, the first one when the chooser is in the
   * page.
   * @param {(photo: Photo) => Promise<void> | void} use
   */
  photoChooser(use) {
    const chooser = new PhotoChooser(this.texts, /** @type {LessonState<{photo: string}>} */ (/** @type {unknown} */ (this.state)));
    const detailOf = (/** @type {Event} */ event) => /** @type {CustomEvent} */ (event).detail;
    chooser.addEventListener("reading", (event) => void this.work(() => detailOf(event)));
    chooser.addEventListener("photo", (event) => void this.work(() => use(detailOf(event))));
    chooser.addEventListener("failed", (event) => this.fail(detailOf(event)));
    document.addEventListener("dragover", (event) => event.preventDefault());
    document.addEventListener("drop", (event) => {
      event.preventDefault();
      const [file] = event.dataTransfer?.files ?? [];
      if (file) chooser.open(file);
    });
    return chooser;
  }

  /**
   * Does something that takes time: the page says so, and says what went wrong, if it did. What `work` gives, or undefined.
   * @template Result
   * @param {() => Promise<Result> | Result} work
   * @returns {Promise<Result | undefined>}
   */
  async work(work) {
    this.#working++;
    if (root.dataset.state !== "error") root.dataset.state = "working";
    this.#status.textContent = this.texts.shell("working");
    const failures = this.#failures;
    try {
      const result = await work();
      // What went wrong meanwhile stays on the page.
      if (failures === this.#failures) this.#message.clear();
      return result;
    } catch (error) {
      this.fail(error);
      return undefined;
    } finally {
      this.#working--;
      if (this.#working === 0) {
        this.#status.textContent = this.texts.shell("ready");
        if (root.dataset.state === "working") root.dataset.state = "done";
      }
    }
  }

  /** @param {unknown} error */
  fail(error) {
    this.#failures++;
    showMessage(this.#message, error, this.texts);
  }

  #build() {
    const { texts, number } = this;
    const title = texts.t("title");
    document.title = `${title}: Segscope`;
    root.lang = texts.language;
    const address = new URLSearchParams(location.search);
    const hidden = new Set((address.get("hide") ?? "").split(",").filter((part) => PARTS.includes(part)));
    const isEmbedded = address.get("embed") === "1";
    root.classList.toggle("embedded", isEmbedded);
    if (isEmbedded) for (const part of ["header", "footer"]) hidden.add(part);
    for (const part of hidden) root.classList.add(`without-${part}`);
    this.#present(address.get("present") === "1");

    const lead = h("p", { className: "lead" }, texts.t("lead"));
    this.main.before(this.#header(title, number), this.#message);
    this.main.append(lead, this.#status, this.#questions);
    this.main.after(this.#footer(number));
    this.#message.addEventListener("cleared", () => clearError("done"));
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && root.classList.contains("presenting")) this.#present(false);
    });
  }

  /** @param {string} title @param {number} number */
  #header(title, number) {
    const { texts } = this;
    const button = (/** @type {string} */ key, /** @type {() => void} */ act) =>
      h("button", { type: "button", className: "plain", onclick: act }, texts.shell(key));
    const languages = languageChooser(texts);
    return h(
      "header",
      {},
      h(
        "h1",
        {},
        h("a", { className: "home", href: link("../"), "aria-label": texts.shell("allLessons") }, h("img", { src: "../../icon.svg", alt: "", width: 28, height: 28 })),
        h("span", {}, h("span", { className: "number" }, `${texts.shell("lesson", { number })}: `), title),
      ),
      h("p", {}, texts.shell("stays")),
      h("div", { className: "tools" }, languages, button("reset", () => this.state.reset()), button("present", () => this.#present(true)), button("print", () => print())),
    );
  }

  /** @param {number} number */
  #footer(number) {
    const at = LESSONS.findIndex((lesson) => lesson.number === number);
    const neighbour = (/** @type {number} */ index, /** @type {string} */ key) => {
      const lesson = LESSONS[index];
      return lesson ? [h("a", { href: link(`../${lesson.folder}/`) }, `${this.texts.shell(key)}: ${lesson.titles[this.texts.language]}`)] : [];
    };
    const links = [...neighbour(at - 1, "previous"), h("a", { href: link("../") }, this.texts.shell("allLessons")), ...neighbour(at + 1, "next")];
    return h("footer", {}, h("nav", { "aria-label": this.texts.shell("allLessons") }, ...links));
  }

  /** @param {boolean} isOn */
  #present(isOn) {
    root.classList.toggle("presenting", isOn);
    const address = new URL(location.href);
    if (isOn) address.searchParams.set("present", "1");
    else address.searchParams.delete("present");
    if (address.href !== location.href) history.replaceState(null, "", address);
    if (isOn) document.body.append(this.#presentingBar);
    else this.#presentingBar.remove();
  }
}

/**
 * Reads a lesson's text and address and makes its page.
 * @template {Record<string, Value>} State
 * @param {number} number
 * @param {State} defaults of the state
 * @returns {Promise<Lesson<State>>}
 */
export async function openLesson(number, defaults) {
  const texts = await Texts.load(chosenLanguage(), new URL("./", location.href)).catch((error) => {
    const bar = messageBar(null);
    document.querySelector("main")?.before(bar);
    showMessage(bar, error, null);
    throw error;
  });
  return new Lesson(number, texts, new LessonState(defaults));
}
