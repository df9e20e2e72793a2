"""How sure: what a procedure does on samples that it has not seen."""
