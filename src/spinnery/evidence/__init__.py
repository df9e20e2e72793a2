"""How sure: what a procedure does on samples that it has not seen."""

FEWEST = 8  # samples; quarters of fewer say nothing
