"""What the pages claim of speed, memory and cost, measured: each module runs as `python -m bench.NAME`."""
