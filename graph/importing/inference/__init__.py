"""Writes a first mapping for a folder: ``infer`` inspects its files, ``template`` renders the mapping."""
