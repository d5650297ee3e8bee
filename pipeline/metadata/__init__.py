"""Descriptions of the dataset, all rendered from `schemas`: the dictionary, the Data Package, the folder's README."""
