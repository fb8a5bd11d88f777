import { svg } from "../shell/svg.js";

/** How the weight of a measured field lies from left to right: a line over the columns of pixels, within the theoretical box. */
export class FieldProfile extends HTMLElement {
  /**
   * @param {Float64Array} profile share of each column
   * @param {import("./measured-field.js").Span} box
   * @param {import("./measured-field.js").Span} middle
   * @param {string} label
   */
  show(profile, box, middle, label) {
    const width = profile.length;
    const most = profile.reduce((largest, share) => Math.max(largest, share), 0) || 1;
    const points = Array.from(profile, (share, x) => `${x + 0.5},${(1 - share / most) * 100}`).join(" ");
    const [left, right] = [Math.max(box.from, 0), Math.min(box.to + 1, width)];
    const even = 100 - 100 / (right - left) / most;
    this.replaceChildren(
      svg(
        "svg",
        { viewBox: `0 -4 ${width} 108`, preserveAspectRatio: "none", role: "img", "aria-label": label },
        svg("rect", { x: left, y: -4, width: Math.max(right - left, 0), height: 108, class: "within" }),
        svg("rect", { x: middle.from, y: -4, width: Math.max(middle.to + 1 - middle.from, 0), height: 108, class: "within" }),
        svg("line", { x1: left, x2: right, y1: even, y2: even, class: "even" }),
        svg("polyline", { points, class: "profile" }),
      ),
    );
  }
}

customElements.define("field-profile", FieldProfile);
