import { decodePicture } from "../engine.js";
import { abortedError, asSegscopeError } from "../errors.js";
import { Live } from "../live.js";
import { frameOfVideo } from "../video-frame.js";
import { differenceOf, newCounter } from "./difference.js";
import { LiveFigures } from "./live-figures.js";
import { Turns } from "./turns.js";

/** @typedef {import("./pane.js").Pane} Pane */
/** @typedef {import("../types.js").Picture} Picture */

/**
 * What the panes have in common: the photo or the camera, whose turn it is, and where their masks differ. Nothing runs
 * beside anything else, so that the times are those of a network that has the machine to itself.
 *
 * Events: `state` (a State), `turn` (the Pane that works), `picture` (Picture or null), `size` (of the live picture), `source`
 * (LiveSource or null), `areas` (of a live picture, counted anew), `difference` (Difference, the `panes` and the `picture` it is of, or null), `failed`
 * (an error).
 */
export class Comparison extends EventTarget {
  #turns = new Turns();
  #live = new Live();
  #figures = new LiveFigures();
  #isWorking = false;
  #isFollowing = false;
  /** Whether frames of a source are on the canvases. */ #isLiveShown = false;
  /** A photo that is being decoded is wanted no more when a newer one comes. */ #opened = 0;

  /** @type {Pane[]} */ panes = [];
  /** @type {Picture | null} */ picture = null;

  constructor() {
    super();
    // Each mask is as the network gives it.
    this.#live.steady = "off";
    for (const type of ["source", "size"]) {
      this.#live.addEventListener(type, (event) => this.#tell(type, /** @type {CustomEvent} */ (event).detail));
    }
    this.#live.addEventListener("source", () => {
      this.#figures.end();
      // What is on the canvases is no frame of this source.
      if (this.#isLiveShown) for (const pane of this.panes) pane.forgetResult();
      this.#isFollowing = this.#isLiveShown = false;
    });
    this.#figures.addEventListener("figures", (event) => this.#showFigures(/** @type {CustomEvent} */ (event).detail));
    this.#figures.addEventListener("failed", (event) => this.#tell("failed", /** @type {CustomEvent} */ (event).detail));
    this.#live.addEventListener("frame", () => this.#showLive());
    this.#live.addEventListener("failed", (event) => {
      this.#isFollowing = false;
      this.#tell("failed", /** @type {CustomEvent} */ (event).detail);
    });
  }

  /** Where the page stands when nothing is being done. @returns {"ready" | "done" | "live"} */
  get restingState() {
    if (this.#isLiveShown) return "live";
    return this.picture && this.panes.some(({ result }) => result !== null) ? "done" : "ready";
  }

  /** The camera that is open, or none. */
  get source() {
    return this.#live.source;
  }

  /** @param {Pane} pane */
  add(pane) {
    this.panes = [...this.panes, pane];
  }

  /** @param {Pane} pane */
  remove(pane) {
    this.panes = this.panes.filter((other) => other !== pane);
    pane.close();
  }

  /**
   * Errors: those of `decodePicture`.
   * @param {Blob} blob
   */
  async openPhoto(blob) {
    this.#tell("state", "loading");
    const opened = ++this.#opened;
    const picture = await decodePicture(blob);
    if (opened !== this.#opened) return picture.bitmap.close();
    this.#live.stop();
    this.#replacePicture(picture);
    await this.work();
  }

  /**
   * Errors: those of `openCamera`.
   * @param {{id?: string}} [choice]
   */
  async startCamera(choice) {
    this.#opened += 1;
    await this.#live.startCamera(choice);
    this.#replacePicture(null);
    await this.work();
  }

  stopCamera() {
    this.#live.stop();
    this.#tell("state", this.restingState);
  }

  /** The camera's picture as it is now, as a photo. */
  async takeStill() {
    const { source } = this.#live;
    await this.openPhoto(await this.#live.still(source?.kind === "camera" && source.isFront));
  }

  /** Segments the photo once more. */
  async repeat() {
    for (const pane of this.panes) pane.repeat();
    await this.work();
  }

  /**
   * Gives each pane that has something to do its turn, until none has; then compares.
   * @returns {Promise<void>}
   */
  async work() {
    if (this.#isWorking) return;
    this.#isWorking = true;
    this.#tell("difference", null);
    try {
      for (let pane = this.#nextPane(); pane; pane = this.#nextPane()) await this.#giveTurn(pane);
      await this.#compare();
    } finally {
      this.#isWorking = false;
    }
    // What was asked for while the masks were compared.
    if (this.#nextPane()) return this.work();
    this.#followCamera();
    this.#tell("state", this.restingState);
  }

  /**
   * Work that needs the machine to itself, as soon as no pane is at work.
   * @template T
   * @param {() => Promise<T>} work
   */
  alone(work) {
    return this.#turns.take(work);
  }

  /** @returns {import("./pane.js").Subject} */
  get #subject() {
    return this.#live.source ? "live" : this.picture;
  }

  #nextPane() {
    return this.panes.find((pane) => !pane.isDone(this.#subject));
  }

  /** @param {Pane} pane */
  #giveTurn(pane) {
    return this.#turns.take(async () => {
      // It may have been closed before its turn came.
      if (!this.panes.includes(pane)) return;
      this.#tell("turn", pane);
      this.#tell("state", pane.isLoaded ? "working" : "loading");
      await pane.step(this.#subject);
    });
  }

  /** @param {Picture | null} picture */
  #replacePicture(picture) {
    const old = this.picture;
    this.picture = picture;
    // A pane may be at it.
    void this.#turns.take(() => old?.bitmap.close());
    for (const pane of this.panes) pane.forgetResult();
    if (picture || !this.#live.source) this.#tell("picture", picture);
  }

  async #compare() {
    const picture = this.picture;
    const panes = this.panes.flatMap((pane) => (pane.model && pane.mask ? [{ pane, model: pane.model, mask: pane.mask }] : []));
    if (!picture || panes.length < 2) return;
    const counter = newCounter();
    try {
      const difference = await differenceOf(panes, counter);
      const isNew = panes.every(({ pane, mask }) => this.panes.includes(pane) && pane.mask === mask);
      if (isNew) this.#tell("difference", { ...difference, picture, panes: panes.map(({ pane }) => pane) });
    } catch (error) {
      this.#tell("failed", asSegscopeError(error));
    } finally {
      counter.end(abortedError());
    }
  }

  /** Begins to show frames, once every pane that can has its network. */
  #followCamera() {
    const leader = this.panes.find(({ isLoaded, error }) => isLoaded && error === null)?.model;
    if (!this.#live.source || this.#isFollowing || !leader) return;
    this.#isFollowing = true;
    this.#live.follow(
      {
        machine: () => ({ backend: this.panes.every(({ machine }) => machine?.backend === "webgpu") ? "webgpu" : "cpu" }),
        showFrame: (video) => this.#turns.take(() => this.#showFrame(/** @type {HTMLVideoElement} */ (video))),
      },
      leader,
    );
  }

  /**
   * One frame through all panes, one after another; each is given a copy, which costs no pixels.
   * @param {HTMLVideoElement} video
   */
  async #showFrame(video) {
    const frame = await frameOfVideo(video);
    try {
      /** @type {import("../types.js").ShownFrame | null} */
      let shown = null;
      for (const pane of this.panes) shown = (await pane.showFrame(frame)) ?? shown;
      if (shown) {
        await this.#figures.refresh(frame, this.panes);
        return shown;
      }
    } finally {
      frame.close();
    }
    this.#isFollowing = false;
    // A pane that lost its GPU gets a new one, and the camera goes on; else the panes tell what is wrong with them.
    void this.work();
    throw abortedError();
  }

  /** @param {import("./live-figures.js").Figures} figures */
  #showFigures({ areas, difference, picture }) {
    const panes = areas.map(({ pane }) => pane);
    const present = areas.filter(({ pane, model, areas }) => this.panes.includes(pane) && pane.showAreas(model, areas));
    this.#tell("areas");
    if (difference && present.length === panes.length) this.#tell("difference", { ...difference, picture, panes });
  }

  #showLive() {
    if (!this.#live.source) return;
    if (!this.#isLiveShown) {
      this.#isLiveShown = true;
      if (!this.#isWorking) this.#tell("state", "live");
    }
    // A GPU that went away comes back with the next turn.
    if (this.#nextPane()) void this.work();
  }

  /**
   * @param {string} type
   * @param {unknown} [detail]
   */
  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
