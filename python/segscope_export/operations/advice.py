"""What to do instead of operations that the format lacks, where there is more to say than to leave them out."""
from .table import aten

WINDOWS = "the format has attention over whole maps only: use another encoder (mit_b0 to mit_b5 reduce keys instead)"
NO_SOFTMAX = "leave it off the output: the page takes softmax and argmax of the scores itself"
GATE = "gate by a sigmoid, or take the mean over pixels"

FLAT = "use 2-d layers on maps [n, c, h, w]"

ADVICE = {
    **dict.fromkeys((aten.conv1d.default, aten.conv3d.default, aten.conv_transpose1d.default,
                     aten.conv_transpose3d.input, aten.max_pool1d.default, aten.max_pool3d.default,
                     aten.avg_pool1d.default, aten.avg_pool3d.default), (FLAT,)),
    aten.upsample_bicubic2d.vec: ("use mode='bilinear'",),
    aten.roll.default: (WINDOWS,),
    aten.index.Tensor: ("replace indexing by slices of channels", ),
    aten.log_softmax.int: (NO_SOFTMAX,),
    aten._log_softmax.default: (NO_SOFTMAX,),
    aten.argmax.default: (NO_SOFTMAX,),
    aten.mish.default: ("use SiLU, which is close to Mish, and train on for a little",),
    aten.elu.default: ("use ReLU, leaky ReLU or SiLU, and train on for a little",),
    aten.exp.default: ("use ReLU, sigmoid, SiLU or GELU",),
    aten.adaptive_max_pool2d.default: (GATE,),
    aten.amax.default: (GATE,),
    aten.grid_sampler_2d.default: ("use a bilinear resize",),
    aten.reflection_pad2d.default: ("pad with zeros, by the convolution's padding, and train on for a little",),
    aten.replication_pad2d.default: ("pad with zeros, by the convolution's padding, and train on for a little",),
    aten.im2col.default: ("use a convolution",),
    aten.nonzero.default: ("compute every pixel alike",),
}
