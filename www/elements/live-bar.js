import { emit, h } from "../dom.js";

/** @typedef {import("../live.js").LiveSource} LiveSource */

/** Where masks stand still. @type {[value: import("../types.js").Steady, name: string][]} */
const STEADY = [
  ["on", "on"],
  ["off", "off"],
  ["halves", "right half, to compare"],
];

/**
 * What to do with the live picture: another camera, mirror, still, recording, stop; of a video play, step and seek.
 *
 * Events: `choose-camera` (an id), `view` ({mirrored}), `still`, `record`, `discard-recording`, `steady` (a Steady), `stop-live`, `step` (-1 or 1).
 */
export class LiveBar extends HTMLElement {
  #cameras = h("select", { id: "camera", "aria-label": "Camera" });
  #mirror = this.#button("Mirror", () => emit(this, "view", { mirrored: this.#mirror.getAttribute("aria-pressed") === "false" }), "toggle");
  #steady = h("select", { id: "steady" }, ...STEADY.map(([value, name]) => h("option", { value }, name)));
  #play = this.#button("Pause", () => this.#toggle());
  #back = this.#button("‹", () => emit(this, "step", -1));
  #on = this.#button("›", () => emit(this, "step", 1));
  #record = this.#button("Record", () => emit(this, "record"), "toggle");
  #discard = this.#button("Discard", () => emit(this, "discard-recording"));
  #isVideo = false;
  #seek = h("input", { type: "range", min: "0", max: "1", step: "any", "aria-label": "Time" });
  #time = h("output");
  #ofVideo = [this.#play, this.#back, this.#on, this.#seek, this.#time];
  /** @type {HTMLVideoElement | null} */ #video = null;

  connectedCallback() {
    this.#back.setAttribute("aria-label", "Step back by one frame");
    this.#on.setAttribute("aria-label", "Step on by one frame");
    const still = this.#button("Still", () => emit(this, "still"));
    still.setAttribute("aria-keyshortcuts", "s");
    still.title = "Takes the picture to the photo view (key S)";
    const stop = this.#button("Stop", () => emit(this, "stop-live"));
    const steady = h("span", { className: "choice" }, h("label", { for: "steady" }, "Steady "), this.#steady);
    this.append(this.#cameras, this.#mirror, steady, ...this.#ofVideo, still, this.#record, this.#discard, stop);
    this.showRecording(false);
    this.#steady.addEventListener("change", () => emit(this, "steady", this.#steady.value));
    this.#cameras.addEventListener("change", () => emit(this, "choose-camera", this.#cameras.value));
    this.#seek.addEventListener("input", () => {
      if (this.#video) this.#video.currentTime = this.#seek.valueAsNumber * this.#video.duration;
    });
  }

  /**
   * @param {LiveSource | null} source
   * @param {HTMLVideoElement} video
   */
  show(source, video) {
    this.hidden = source === null;
    this.#isVideo = source?.kind === "video";
    for (const control of this.#ofVideo) control.hidden = !this.#isVideo;
    this.#mirror.hidden = this.#isVideo;
    if (this.#isVideo || source === null) this.#cameras.hidden = true;
    this.showRecording(false);
    if (this.#video === video) return;
    this.#video = video;
    for (const type of ["play", "pause", "timeupdate", "seeked"]) video.addEventListener(type, () => this.#showTime());
  }

  /**
   * @param {import("../camera.js").Camera[]} cameras
   * @param {string | undefined} current
   */
  showCameras(cameras, current) {
    this.#cameras.replaceChildren(...cameras.map(({ id, name }) => h("option", { value: id, selected: id === current }, name)));
    this.#cameras.hidden = cameras.length < 2;
  }

  /** @param {import("../types.js").Steady} steady */
  showSteady(steady) {
    this.#steady.value = steady;
  }

  /** @param {boolean} mirrored */
  showMirrored(mirrored) {
    this.#mirror.setAttribute("aria-pressed", String(mirrored));
  }

  /** @param {boolean} isOn */
  showRecording(isOn) {
    this.#record.textContent = isOn ? "Finish" : this.#isVideo ? "Export" : "Record";
    this.#record.setAttribute("aria-pressed", String(isOn));
    this.#discard.hidden = !isOn;
  }

  #toggle() {
    if (this.#video?.paused) void this.#video.play();
    else this.#video?.pause();
  }

  #showTime() {
    const { paused = true, currentTime = 0, duration = 0 } = this.#video ?? {};
    this.#play.textContent = paused ? "Play" : "Pause";
    if (!(duration > 0)) return;
    this.#seek.valueAsNumber = currentTime / duration;
    this.#seek.setAttribute("aria-valuetext", `${currentTime.toFixed(1)} of ${duration.toFixed(1)} seconds`);
    this.#time.textContent = `${currentTime.toFixed(1)} s`;
  }

  /**
   * @param {string} label
   * @param {() => void} onclick
   * @param {string} className
   */
  #button(label, onclick, className = "plain") {
    return h("button", { type: "button", className, onclick }, label);
  }
}

customElements.define("live-bar", LiveBar);
