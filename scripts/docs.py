"""Run every example of the documentation, and build it as a site that needs no network.

Needs Python 3.10 or later and nothing else. The site lies in ``build/site``: open ``index.html``
there; its search works without a server. It fails on an example that does not run, on a link
within the documentation that leads nowhere, and on a public name without a page::

    python3 scripts/docs.py
    python3 scripts/docs.py --no-examples
"""

import sys

from _environment import PROJECT, prepare, run, step

STAGED, SITE = PROJECT / "build" / "docs", PROJECT / "build" / "site"
EXAMPLES = [f"tests/test_{name}.py" for name in ("examples", "readme", "docs", "site")]

if __name__ == "__main__":
    examples = "--no-examples" not in sys.argv[1:]
    python = prepare("docs", *(["test"] if examples else []))
    if examples:
        with step("examples (pytest)"):
            run(python, "-m", "pytest", "-q", *EXAMPLES)
    with step("pages"):
        run(python, str(PROJECT / "scripts" / "_staging.py"), str(STAGED))
    with step(f"site (sphinx) in {SITE}"):
        # Warnings are errors, and all of them are told.
        strict = ["-E", "-q", "-W", "--keep-going", "-j", "auto"]
        run(python, "-m", "sphinx", *strict, "-b", "html", str(STAGED), str(SITE))
    print(f"== look at it: {SITE / 'index.html'}")
