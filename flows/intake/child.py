"""Where a child of the sandbox begins, without what it does not need: ``python -m flows.intake.child BODY``.

It is started for every file that comes by itself: what it imports costs more than the reading of most returns. Numbers
of a file stay text, so that nothing in it has use for numpy, which is a quarter of that.
"""

import runpy
import sys

if __name__ == "__main__":  # pragma: no branch - nobody imports what a child begins with
    sys.modules["numpy"] = None  # type: ignore[assignment]  # to those who would take it where it is, it is not there
    runpy.run_module(sys.argv[1], run_name="__main__", alter_sys=True)
