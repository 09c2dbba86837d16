"""A stand-in for GitHub over HTTP on loopback. It shares no code with what it judges.

What it says of a pull request comes from a real git repository: the diff, the files listing, the sums, the lines that
a comment may stand on. Every request is held against GitHub's own OpenAPI description (openapi.py), and the stand-in
keeps state from run to run, so that a test can push, rebase, delete and forge between them.
"""

from tests.e2e.github.stand_in import StandIn

__all__ = ["StandIn"]
