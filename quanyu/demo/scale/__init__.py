"""A city at full size out of a seed: 5,800 grids, 60,000 buildings (全市规模的示例)."""
