import { figuresOf } from "./figures.js";
import { sizeOf } from "./stations.js";

/** @typedef {import("../shell/lab-types.d.ts").Description} Description */

/** The parameters of nodes whose names begin so. @param {Description} description @param {string[]} names */
const parametersOf = ({ nodes }, ...names) => nodes.filter(({ name }) => names.some((begin) => name.startsWith(begin))).reduce((sum, { parameters }) => sum + parameters, 0);

/** The index of the value that is nearest by its ratio. @param {number} value @param {number[]} among */
function nearest(value, among) {
  const far = among.map((other) => Math.abs(Math.log(value / other)));
  return far.indexOf(Math.min(...far));
}

/**
 * @param {import("../shell/lesson.js").Lesson<any>} lesson
 * @param {import("./networks.js").Networks} networks
 */
export function askQuestions(lesson, networks) {
  const { texts, state } = lesson;
  /** @param {string[]} ids */
  const described = (...ids) => Promise.all(ids.map((id) => networks.describe(id, sizeOf(state.values.size))));
  const size = () => ({ height: sizeOf(state.values.size)[0], width: sizeOf(state.values.size)[1] });
  const millions = (/** @type {number} */ value) => texts.t("numbers.millions", { value: texts.number(value / 1e6) });
  const billions = (/** @type {number} */ value) => texts.t("numbers.billions", { value: texts.number(value / 1e9) });

  lesson.question("naiveField", async () => {
    const [naive, fcn] = (await described("naive", "fcn32s_vgg16")).map(figuresOf);
    return { answer: Number(naive.field[0]), values: { fcn: Number(fcn.field[0]) } };
  }, 0);

  lesson.question("whatFalls", async () => {
    const [naive, fcn] = await described("naive", "fcn32s_vgg16");
    const [fewer, cheaper] = [fcn.parameters < naive.parameters, fcn.macs < naive.macs];
    const answer = fewer ? (cheaper ? 0 : 1) : cheaper ? 2 : 3;
    return { answer, values: { ...size(), parameters: millions(naive.parameters), fcnParameters: millions(fcn.parameters), macs: billions(naive.macs), fcnMacs: billions(fcn.macs) } };
  });

  lesson.question("noParameters", async () => {
    const [fcn32, fcn8, deeplab, unet, without, panoptic, pointrend] = await described(
      "fcn32s_vgg16", "fcn8s_vgg16", "deeplab_v1_vgg16", "unet_resnet18", "unet_without_skips_resnet18", "panoptic_fpn_resnet50", "pointrend_fpn_resnet50",
    );
    const added = [
      parametersOf(fcn8, "score_pool") - parametersOf(fcn32, "score_pool"),
      parametersOf(deeplab, "conv5_") - parametersOf(fcn32, "conv5_"),
      unet.parameters - without.parameters,
      pointrend.parameters - panoptic.parameters,
    ];
    const [scores, dilation, concat, points] = added;
    return { answer: added.indexOf(0), values: { scores, dilation, concat, points } };
  });

  lesson.question("enetSize", async () => {
    const [segnet, enet] = await described("segnet", "enet");
    const factor = segnet.parameters / enet.parameters;
    return { answer: nearest(factor, [8, 80, 800]), values: { segnet: millions(segnet.parameters), enet: millions(enet.parameters), factor } };
  });

  lesson.question("plusCost", async () => {
    const [v3, plus] = await described("deeplabv3_resnet50", "deeplabv3plus_resnet50");
    const share = plus.macs / v3.macs;
    const answer = share > 1 ? 0 : share > 0.5 ? 1 : 2;
    return { answer, values: { ...size(), v3: billions(v3.macs), plus: billions(plus.macs), share: texts.percent(share) } };
  });

  lesson.question("firstWhole", async () => {
    const ids = ["fcn32s_vgg16", "enet", "pspnet_resnet50", "segformer_b0"];
    const fields = (await described(...ids)).map((description) => figuresOf(description).field[0]);
    return { answer: fields.indexOf(null), values: { fcn: Number(fields[0]), enet: Number(fields[1]) } };
  });
}
