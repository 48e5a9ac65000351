"""Words by which columns, files and values state their meaning, in about twenty languages."""
