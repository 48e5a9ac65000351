"""Back-tests of the combination and of each forecaster alone, and what they mean."""
