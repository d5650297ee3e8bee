"""The explorer: the dataset as one page to look at, and its charts as figures for papers."""
