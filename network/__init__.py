"""The spreading network: tags -> key tags -> similarity -> influences -> key users -> groups.

``build`` runs the chain as of a cut-off and writes every result back with its `Run`; each other
module is one link of the chain. Nothing at or after the cut-off is read.
"""
