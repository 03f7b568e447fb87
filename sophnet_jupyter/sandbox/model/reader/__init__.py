"""A scripted reader: it classifies and extracts by word lists, and errs as a model does."""
