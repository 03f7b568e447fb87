"""The panel of an evaluation: its scores, its answers, and labels by hand."""
