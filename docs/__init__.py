"""Sources of the documentation site; ``reference`` writes its generated pages."""
