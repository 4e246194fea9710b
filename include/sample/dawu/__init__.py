"""The sample county, Dawu 大悟 (420922), 2025-Q1 … 2025-Q4: real headline figures, the rest generated (示例数据)."""
