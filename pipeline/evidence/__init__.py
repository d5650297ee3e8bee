"""Figures against the texts they were printed in."""
