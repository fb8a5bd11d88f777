/**
 * A model of the catalogue as its graph and what follows from that: no weights are fetched. Batch norms are not folded here, as they are in the model
 * files.
 * @param {import("../shell/lab.js").Lab} lab
 * @param {string} id of the catalogue
 * @param {[number, number]} size height, width of the input
 */
export async function zooDescription(lab, id, size) {
  const entry = (await lab.entries()).find((entry) => entry.id === id);
  if (!entry) throw new Error(`the catalogue has no ${id}`);
  const { name, scale, classes } = entry.architecture;
  const graph = await lab.zooGraph(name, { classes, ...(scale === undefined ? {} : { scale }) });
  return { name: entry.name, graph, description: await lab.describeGraph(graph, size) };
}
