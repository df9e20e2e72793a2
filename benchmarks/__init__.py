"""Accuracy and speed, beside peers; README.md says which folder measures what."""
