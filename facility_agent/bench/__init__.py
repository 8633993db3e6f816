"""Benchmarks: what counts, measured beside a fixed calibration loop in the same run, printed as ratios."""
