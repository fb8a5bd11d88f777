"""Every mapping on odd, unequal sizes: the right operations of the format, and PyTorch's numbers. Run: python
test_operations.py"""
import sys
import tempfile
import unittest
from pathlib import Path

import torch

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "golden")]
import weights  # noqa: E402
from cases import CASES, Case  # noqa: E402
from segscope_export import export, model_file  # noqa: E402
from segscope_export.operations import OPERATIONS  # noqa: E402

torch.set_num_threads(1)
CLASSES = 5
SIZE = (15, 21)


class Operations(unittest.TestCase):
    maxDiff = None

    def test_each_becomes_what_is_expected(self):
        unused = set(OPERATIONS)

        def counted(target, mapping):
            def call(*args, **kwargs):
                unused.discard(target)
                return mapping(*args, **kwargs)
            return call
        original = dict(OPERATIONS)
        OPERATIONS.update({target: counted(target, mapping) for target, mapping in original.items()})
        self.addCleanup(OPERATIONS.update, original)
        with tempfile.TemporaryDirectory() as folder:
            for name, (body, expected, *rest) in CASES.items():
                out, multiple = (rest + [8, 1][len(rest):])
                with self.subTest(name):
                    path = Path(folder) / f"{name}.safetensors"
                    network = Case(body, out)
                    weights.fill(network)
                    report = export(network, path, classes=CLASSES, example_size=SIZE, multiple=multiple)
                    graph, _, _ = model_file.read(path)
                    ops = [node["op"] for node in graph["nodes"]]
                    end = 2 + len(expected)
                    self.assertEqual(ops[:2] + ops[end:end + 1], ["input", "conv2d", "conv2d"])
                    self.assertEqual(ops[2:end], expected)
                    self.assertLess(report.error, 1e-5)
                    self.assertTrue(report.is_dynamic)
                    self.assertEqual(len(report.sizes), 3)
        # torch.export leaves an alias where a layer of one size has nothing to do, as in DPT; no small network has one.
        self.assertEqual(sorted(map(str, unused)), ["aten.alias.default"], "mappings that nothing tests")


if __name__ == "__main__":
    unittest.main()
