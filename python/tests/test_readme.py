"""README.md and the code name the same operations. Run: python test_readme.py, with --write to bring the README up to
date."""
import re
import sys
import textwrap
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from segscope_export.operations import OPERATIONS  # noqa: E402

README = HERE.parent / "README.md"
BLOCK = re.compile(r"(?<=-->\n).*?(?=<!-- end -->)", re.DOTALL)


def listed():
    names = sorted({str(operation).split(".")[1].lstrip("_") for operation in OPERATIONS})
    return textwrap.fill(", ".join(names), 120) + "\n"


class Readme(unittest.TestCase):
    def test_operations_are_those_of_the_code(self):
        self.assertEqual(BLOCK.search(README.read_text()).group(), listed())

    def test_from_install_to_file_in_forty_lines(self):
        self.assertLess(README.read_text().splitlines().index("## What it can express"), 40)


if __name__ == "__main__":
    if "--write" in sys.argv:
        README.write_text(BLOCK.sub(lambda _: listed(), README.read_text(), count=1))
    else:
        unittest.main()
