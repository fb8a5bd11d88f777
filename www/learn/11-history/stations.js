/** The stations of the lesson, in the order of their papers, and the networks that they show. */

/**
 * `after` is the station's network, `before` the one it is compared with unless the visitor chooses another. `look` names nodes that the text speaks of,
 * on the side where they are changed.
 * @typedef {object} Station
 * @property {string} id in the address and in the texts
 * @property {string} name
 * @property {string} paper `network` of an entry of timeline.json
 * @property {string} before
 * @property {string} after
 * @property {{before: string[], after: string[]}} look
 */

/** @type {readonly Station[]} */
export const STATIONS = [
  {
    id: "fcn32s",
    name: "FCN-32s",
    paper: "FCN",
    before: "naive",
    after: "fcn32s_vgg16",
    look: { before: [], after: ["max_pool2d", "fc6", "upscore"] },
  },
  {
    id: "fcn8s",
    name: "FCN-8s",
    paper: "FCN",
    before: "fcn32s_vgg16",
    after: "fcn8s_vgg16",
    look: { before: ["upscore"], after: ["score_pool4", "add", "score_pool3", "upscore8"] },
  },
  {
    id: "deeplab_v1",
    name: "DeepLab v1",
    paper: "DeepLab v1",
    before: "fcn32s_vgg16",
    after: "deeplab_v1_vgg16",
    look: { before: ["fc6", "upscore"], after: ["max_pool2d_3", "conv5_1", "fc6", "resize"] },
  },
  {
    id: "unet",
    name: "U-Net",
    paper: "U-Net",
    before: "fcn8s_vgg16",
    after: "unet_vgg16",
    look: { before: ["score_pool4", "add"], after: ["resize", "cat", "decoder.blocks.0.conv1.0"] },
  },
  {
    id: "segnet",
    name: "SegNet",
    paper: "SegNet",
    before: "unet_vgg16_bn",
    after: "segnet",
    look: { before: ["cat"], after: ["max_unpool2d", "conv4_1_D"] },
  },
  {
    id: "deeplab_v2",
    name: "DeepLab v2",
    paper: "DeepLab v2",
    before: "deeplab_v1_vgg16",
    after: "deeplab_v2_vgg16",
    look: { before: [], after: ["fc6_1", "fc6_3", "fc6_4", "add"] },
  },
  {
    id: "enet",
    name: "ENet",
    paper: "ENet",
    before: "segnet",
    after: "enet",
    look: { before: ["conv1_1"], after: ["initial.conv", "bottleneck2.3.conv.1", "bottleneck2.8.conv.0", "max_unpool2d"] },
  },
  {
    id: "pspnet",
    name: "PSPNet",
    paper: "PSPNet",
    before: "fcn_resnet50",
    after: "pspnet_resnet50",
    look: { before: ["backbone.layer4.1.conv2"], after: ["adaptive_avg_pool2d", "decoder.psp.blocks.3.pool.1.0", "cat"] },
  },
  {
    id: "fpn",
    name: "FPN",
    paper: "FPN",
    before: "unet_resnet50",
    after: "fpn_resnet50",
    look: { before: ["cat"], after: ["decoder.p5", "decoder.p4.skip_conv", "decoder.seg_blocks.0.block.0.block.0"] },
  },
  {
    id: "deeplabv3",
    name: "DeepLabv3",
    paper: "DeepLabv3",
    before: "fcn_resnet50",
    after: "deeplabv3_resnet50",
    look: { before: ["classifier.0"], after: ["classifier.0.convs.1.0", "adaptive_avg_pool2d", "cat", "classifier.0.project.0"] },
  },
  {
    id: "linknet",
    name: "LinkNet",
    paper: "LinkNet",
    before: "unet_resnet18",
    after: "linknet_resnet18",
    look: { before: ["cat"], after: ["decoder.blocks.0.block.0.0", "decoder.blocks.0.block.1.0", "add_8"] },
  },
  {
    id: "deeplabv3plus",
    name: "DeepLabv3+",
    paper: "DeepLabv3+",
    before: "deeplabv3_resnet50",
    after: "deeplabv3plus_resnet50",
    look: { before: ["classifier.0.convs.1.0"], after: ["encoder.layer3.0.conv2", "decoder.aspp.0.convs.1.0.0", "decoder.block1.0", "cat_1"] },
  },
  {
    id: "panet",
    name: "PANet",
    paper: "PANet",
    before: "panoptic_fpn_resnet50",
    after: "panet_resnet50",
    look: { before: [], after: ["downsample_convs.0", "add_n3", "pafpn_convs.0", "pafpn_convs.2"] },
  },
  {
    id: "pan",
    name: "PAN",
    paper: "PAN",
    before: "deeplabv3plus_resnet50",
    after: "pan_resnet50",
    look: { before: ["decoder.aspp.0.convs.1.0.0"], after: ["decoder.fpa.down1.1.conv", "mul", "decoder.gau3.conv1.1.conv", "mul_1"] },
  },
  {
    id: "panoptic_fpn",
    name: "Panoptic FPN",
    paper: "Panoptic FPN",
    before: "finest",
    after: "panoptic_fpn_resnet50",
    look: { before: [], after: ["backbone.fpn.layer_blocks.3.0", "sem_seg_head.p5.0", "sem_seg_head.p2.0", "sem_seg_head.predictor"] },
  },
  {
    id: "pointrend",
    name: "PointRend",
    paper: "PointRend",
    before: "panoptic_fpn_resnet50",
    after: "pointrend_fpn_resnet50",
    look: { before: [], after: ["cat", "point_head.fc1", "point_head.predictor"] },
  },
  {
    id: "segformer",
    name: "SegFormer",
    paper: "SegFormer",
    before: "fpn_resnet18",
    after: "segformer_b0",
    look: {
      before: ["encoder.conv1"],
      after: ["segformer.encoder.patch_embeddings.0.proj", "attention", "segformer.encoder.block.0.0.mlp.dwconv.dwconv", "decode_head.linear_fuse"],
    },
  },
];

/**
 * What can be compared, and the catalogue's model of it, if there is one. Names are those of the zoo but for graphs that are made of others; their
 * names are texts.
 * @type {Readonly<Record<string, {name?: string, model?: string}>>}
 */
export const NETWORKS = {
  naive: {},
  fcn32s_vgg16: { name: "FCN-32s, VGG-16", model: "fcn32s" },
  fcn16s_vgg16: { name: "FCN-16s, VGG-16", model: "fcn16s" },
  fcn8s_vgg16: { name: "FCN-8s, VGG-16", model: "fcn8s" },
  deeplab_v1_vgg16: { name: "DeepLab v1, VGG-16" },
  unet_without_skips_resnet18: { model: "unet_without_skips" },
  unet_resnet18: { name: "U-Net, ResNet-18", model: "unet" },
  unet_resnet50: { name: "U-Net, ResNet-50", model: "unet" },
  unet_vgg16: { name: "U-Net, VGG-16", model: "unet" },
  unet_vgg16_bn: { name: "U-Net, VGG-16 + batch norm", model: "unet" },
  segnet: { name: "SegNet", model: "segnet" },
  deeplab_v2_vgg16: { name: "DeepLab v2, VGG-16" },
  deeplab_v2_resnet101: { name: "DeepLab v2, ResNet-101" },
  enet: { name: "ENet", model: "enet" },
  fcn_resnet50: { name: "FCN, ResNet-50" },
  pspnet_resnet50: { name: "PSPNet, ResNet-50", model: "pspnet" },
  finest: {},
  fpn_resnet18: { name: "FPN, ResNet-18", model: "fpn" },
  fpn_resnet50: { name: "FPN, ResNet-50", model: "fpn" },
  deeplabv3_resnet50: { name: "DeepLabv3, ResNet-50", model: "deeplabv3" },
  linknet_resnet18: { name: "LinkNet, ResNet-18", model: "linknet" },
  deeplabv3plus_resnet50: { name: "DeepLabv3+, ResNet-50", model: "deeplabv3plus" },
  panet_resnet50: {},
  pan_resnet50: { name: "PAN, ResNet-50" },
  panoptic_fpn_resnet50: { name: "Panoptic FPN, ResNet-50" },
  pointrend_fpn_resnet50: { name: "PointRend, Panoptic FPN" },
  segformer_b0: { name: "SegFormer-B0", model: "segformer_b0" },
};

/**
 * Heights of the input that can be chosen; its width is a quarter more. The first is that of the zoo's table. With the next one that all networks take
 * the naive stack's maps would be larger than any that Segscope computes.
 */
export const HEIGHTS = [128, 256];

/** The input of a height that can be chosen; of any other, the last. @param {number} height @returns {[number, number]} height, width */
export function sizeOf(height) {
  const known = HEIGHTS.includes(height) ? height : HEIGHTS[HEIGHTS.length - 1];
  return [known, (known * 5) / 4];
}

/** As many as Pascal VOC has, the data set that FCN and the DeepLabs were first measured on. */
export const CLASSES = 21;
