"""Turn records of the graph into response models; the command line uses them, too."""
