"""The measurements behind docs/performance.md: run them with ``python -m benchmarks``."""
