"""The files of a delivery: ``inspect`` finds how each is read, ``tables`` and ``infer_table`` what it fills.

``series`` and ``order_lines`` join files that belong together.
"""
