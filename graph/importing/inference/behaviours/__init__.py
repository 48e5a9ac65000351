"""Sources of behaviours: ``source`` drafts them of what ``scan`` counts over all rows, with the others."""
