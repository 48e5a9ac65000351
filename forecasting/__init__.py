"""From influence series to forecasts: series -> samples -> K-LSTM -> forecasts, and back-tests.

``series`` pulls what Neo4j aggregated, as of a day; ``samples`` cuts it into (campaign, origin)
examples; ``encoder`` and ``model`` are the network; ``klstm`` fits, predicts, saves and loads;
``peers`` and ``backtest`` compare it honestly; ``training`` and ``forecasts`` are the two jobs.
"""
