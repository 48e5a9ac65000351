"""Back-tests of the K-LSTM against standard baselines."""
