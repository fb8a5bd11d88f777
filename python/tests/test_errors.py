"""What cannot be expressed is named, all of it, with its place. Run: python test_errors.py"""
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import torch
from torch import nn
from torch.nn import functional as F

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "golden")]
import weights  # noqa: E402
from cases import Case, Function  # noqa: E402
from segscope_export import ExportError, check, export, model_file  # noqa: E402

torch.set_num_threads(1)


def windows(x):
    n, c, h, w = x.shape
    return x.view(n, c, h // 4, 4, w // 4, 4).permute(0, 1, 2, 4, 3, 5).reshape(n, c, h, w)


def by_picture(x):
    return x * F.conv2d(x, x.mean((2, 3), keepdim=True)).mean(1, keepdim=True)


def biased_attention(x):
    tokens = x.flatten(2).transpose(1, 2)
    bias = tokens @ tokens.transpose(1, 2)
    return F.scaled_dot_product_attention(tokens, tokens, tokens, attn_mask=bias).transpose(1, 2).reshape(x.shape)


def channel_attention(x):
    rows = x.flatten(2)
    return ((rows @ rows.transpose(1, 2)).softmax(-1) @ rows).reshape(x.shape)


def branch(x):
    return x.relu() if x.mean() > 0 else x


class Positions(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoding = nn.Parameter(torch.randn(1, 8, 32, 64, generator=torch.Generator().manual_seed(1)))

    def forward(self, x):
        return x + self.encoding


# By name: what does it, and what the message says; of the operation, the reason or the advice.
CASES = {
    "roll": (lambda x: x.roll(1, 2), "aten.roll.default", "attention over whole maps only"),
    "stack": (lambda x: torch.stack([x, x.relu()]).relu().sum(0), "aten.relu.default", "stacked along a dimension"),
    "mish": (F.mish, "aten.mish.default", "SiLU"),
    "softmax": (lambda x: x.softmax(1), "aten.softmax.int", "outside of attention"),
    "bicubic": (lambda x: F.interpolate(x, scale_factor=2, mode="bicubic"), "aten.upsample_bicubic2d.vec", "bilinear"),
    "reflection": (nn.ReflectionPad2d(1), "aten.pad.default", "zeros"),
    "conv1d": (lambda x: F.conv1d(x.flatten(2), torch.ones(8, 8, 1)).unflatten(2, x.shape[2:]), "aten.conv1d.default",
               "2-d layers"),
    "max-pool-dilated": (nn.MaxPool2d(3, 1, 1, dilation=2), "aten.max_pool2d.default", "dilation"),
    "avg-pool-uncounted": (nn.AvgPool2d(3, 2, 1, count_include_pad=False), "aten.avg_pool2d.default",
                           "count_include_pad=True"),
    "adaptive-max-pool": (lambda x: x * F.adaptive_max_pool2d(x, 1), "aten.adaptive_max_pool2d.default", "sigmoid"),
    "largest-channel": (lambda x: x * x.amax(1, keepdim=True), "aten.amax.default", "sigmoid"),
    "gelu-tanh": (nn.GELU("tanh"), "aten.gelu.default", "exact"),
    "windows": (windows, "aten.view.default", "windows"),
    "weights-from-picture": (by_picture, "aten.conv2d.default", "computed from the picture"),
    "attention-bias": (biased_attention, "aten.scaled_dot_product_attention.default", "positional bias"),
    "channel-attention": (channel_attention, "aten.matmul.default", "the pixels of one map"),
    "quotient": (lambda x: x / (x.abs() + 1), "aten.div.Tensor", "quotient"),
    "cube": (lambda x: x ** 3, "aten.pow.Tensor_Scalar", "the power 3"),
    "flip": (lambda x: x.flip(3), "aten.flip.default", "no such operation"),
    "positions": (Positions(), "aten.add.Tensor", "positional encoding"),
    "coordinates": (lambda x: torch.cat([x[:, 1:], torch.zeros(x.shape[0], 1, *x.shape[2:])], 1), "aten.zeros.default",
                    "depends on the picture's size"),
    "token-norm": (lambda x: F.layer_norm(x, x.shape[3:]), "aten.layer_norm.default", "channels"),
    "one-row": (lambda x: x + x[:, :, :, :1], "aten.slice.Tensor", "the size of an earlier map"),
    "strip": (lambda x: x + x.mean(3, keepdim=True), "aten.mean.dim", "all pixels"),
}


class Errors(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name) / "model.safetensors"

    def refusal(self, network, **options):
        weights.fill(network)
        with self.assertRaises(ExportError) as caught:
            export(network, self.path, **{"classes": 5, "example_size": (32, 64), "multiple": 32, **options})
        self.assertFalse(self.path.exists())
        return caught.exception

    def test_an_operation_is_named_with_its_place_and_advice(self):
        for name, (body, operation, words) in CASES.items():
            with self.subTest(name):
                problems = self.refusal(Case(body)).problems
                self.assertEqual([problem.operation for problem in problems], [operation])
                self.assertIn(words, str(problems[0]))
                self.assertTrue(problems[0].module.startswith("body"), problems[0].module)

    def test_the_line_is_named(self):
        class Rolled(nn.Module):
            def forward(self, x):
                return x.roll(1, 2)
        error = self.refusal(Case(Rolled()))
        place = r"aten\.roll\.default in body \(test_errors\.py:\d+: return x\.roll\(1, 2\)\): the format has no such"
        self.assertRegex(str(error), place)

    def test_two_are_both_named(self):
        def both(x):
            y = F.mish(x)
            return torch.cat([y[:, :4], y[:, 4:].flip(2)], 1)
        two = nn.Sequential(Function(lambda x: x.roll(1, 2)), nn.Conv2d(8, 8, 1), Function(both))
        error = self.refusal(Case(two))
        expected = [("aten.roll.default", "body.0"), ("aten.mish.default", "body.2"), ("aten.flip.default", "body.2")]
        self.assertEqual([(problem.operation, problem.module) for problem in error.problems], expected)
        self.assertIn("3 operations of Case cannot be expressed", str(error))

    def test_what_torch_export_refuses(self):
        self.assertIn("control flow that depends on values", str(self.refusal(Case(branch))))

    def test_wrong_numbers_of_classes(self):
        self.assertIn("5 output channels for 4 classes", str(self.refusal(Case(nn.ReLU()), classes=4)))
        network = Case(nn.ReLU())
        network.head = nn.Conv2d(8, 1, 1)
        self.assertIn("torch.cat([-x / 2, x / 2], 1)", str(self.refusal(network, classes=1)))

    def test_weights_that_are_no_numbers(self):
        network = Case(nn.ReLU())
        weights.fill(network)
        network.stem.weight.data[0, 0, 0, 0] = float("nan")
        with self.assertRaisesRegex(ExportError, "stem.weight"):
            export(network, self.path, classes=5)

    def test_more_than_a_browser_is_given(self):
        with mock.patch.object(model_file, "MAX_FILE_BYTES", 1000):
            self.assertIn("more than the 1000", str(self.refusal(Case(nn.ReLU()))))

    def test_a_file_that_answers_otherwise_is_refused(self):
        """What the trace took for a constant: the model counts its calls."""
        class Counting(nn.Module):
            calls = 0

            def forward(self, x):
                self.calls += 1
                return x * self.calls
        self.assertIn("does not answer as the model does", str(self.refusal(Case(Counting()))))

    def test_the_margins_are_those_stated(self):
        self.assertEqual((check.MAX_ERROR, check.MIN_SAME), (1e-3, 0.9999))


if __name__ == "__main__":
    unittest.main()
