/** A smaller picture is not worth its rate: the astronaut has an IoU of 0.95 at 192 and of 0.72 at 128. */
const SMALLEST = 192;
/** Frames whose median decides: one that was disturbed does not. */
const FRAMES = 9;
/** Of the time a frame may take, how much a larger input is allowed to need by prediction: less than all, or it swings. */
const SPARE = 0.75;
export const DEFAULT_RATE = 30;

/**
 * Chooses the network's resolution so that the live picture keeps a rate: lower when frames take too long, higher when there
 * is time to spare, by the rule that the work grows with the area. A pinned side stays.
 */
export class Governor {
  /** Long sides to choose from, ascending. @type {number[]} */ #sides = [];
  #at = 0;
  /** Milliseconds of the last frames at this side. @type {number[]} */ #times = [];
  #rate = DEFAULT_RATE;
  /** @type {number | null} */ pinned = null;
  /** Why the side is what it is, in a few words; the last decision. */ reason = "";

  /**
   * Another model or machine: starts at the model's own resolution, which is also the largest.
   * @param {{inputSide: number, inputMultiple: number}} model
   */
  begin({ inputSide, inputMultiple }) {
    this.#sides = [];
    for (let side = inputMultiple * Math.ceil(SMALLEST / inputMultiple); side < inputSide; side += inputMultiple) this.#sides.push(side);
    this.#sides.push(inputSide);
    this.#go(this.#sides.length - 1, "the model's own");
  }

  /** Frames a second to hold. */
  get rate() {
    return this.#rate;
  }

  set rate(rate) {
    this.#rate = rate;
    this.#times = [];
  }

  /** Long sides that can be pinned, ascending. */
  get sides() {
    return this.#sides;
  }

  /** The long side for the next frame. */
  get side() {
    return this.pinned ?? this.#sides[this.#at];
  }

  /**
   * A frame at `side` took so long, from its start to the next one's.
   * @param {number} ms
   */
  took(ms) {
    if (this.pinned !== null) return;
    this.#times.push(ms);
    const budget = 1000 / this.#rate;
    // A frame that takes many times what it may needs no second opinion.
    const isHopeless = ms > 4 * budget && this.#times.length > 1;
    if (this.#times.length < FRAMES && !isHopeless) return;
    const median = /** @type {number} */ (this.#times.sort((a, b) => a - b)[Math.floor(this.#times.length / 2)]);
    this.#times = [];
    const predicted = (/** @type {number} */ at) => median * (this.#area(at) / this.#area(this.#at));
    let next = this.#at;
    if (median > budget) {
      while (next > 0 && predicted(next) > budget) next -= 1;
    } else {
      while (next + 1 < this.#sides.length && predicted(next + 1) <= SPARE * budget) next += 1;
    }
    if (next < this.#at) this.#go(next, `lowered to hold ${this.#rate} a second`);
    else if (next > this.#at) this.#go(next, "raised, there is time to spare");
  }

  /**
   * @param {number} at
   * @param {string} reason
   */
  #go(at, reason) {
    this.#at = at;
    this.#times = [];
    this.reason = reason;
  }

  /** @param {number} at */
  #area(at) {
    return (this.#sides[at] ?? 0) ** 2;
  }
}
