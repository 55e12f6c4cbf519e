"""Sentences whose figures can be worked out: numbers with units, and the sums, differences and rates stated of them."""
