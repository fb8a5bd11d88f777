// What a visitor without a GPU shall have.

export const AIM = { what: "25 frames a second of `people` at 256 x 256 on the CPU of a machine with two cores", fps: 25, size: 256 };

/**
 * The best of ours on the CPU; null where that was not measured.
 * @param {import("./run.js").Row[]} rows
 */
export function towardsAim(rows) {
  const ours = rows.flatMap(({ id, title, size, backend, module, fps }) =>
    size === AIM.size && backend === "cpu" && module === "ours.js" && fps !== null ? [{ id, title, fps }] : [],
  );
  return ours.sort((a, b) => b.fps - a.fps)[0] ?? null;
}
