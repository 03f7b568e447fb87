"""Runs over tables that no single machine holds: the frames of Dask."""
