"""Back-tests of the K-LSTM and statistical benchmarks."""
