"""Prompts and models on the same rows: answers, scores, and what can be said of them."""
