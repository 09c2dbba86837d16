"""A stand-in for the Claude Messages API over HTTP, for demos, tests and benchmarks.

It judges requests as strictly as the API does, keeps a prompt cache and rate limits exact to the token,
goes wrong on demand, and keeps its own account of what it charged. It also speaks as the platforms do that
serve the same models elsewhere (platforms/). Its reviewer is a list of plain rules, no model (reviewer/). It
shares no code with what it tests.
"""
