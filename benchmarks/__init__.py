"""How much we cost beside our peers: ratios from one run, since figures of two runs mislead."""
