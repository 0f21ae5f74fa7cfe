"""Metrics, evaluations, benchmarks and baselines."""
