"""The pages behind the figures: a definition, its sums, the rows it counts."""
