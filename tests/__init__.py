"""Tests, and the environment that they set for their processes before anything else is imported."""

import os

# Torch's threads wait actively for each other, which slows other test processes.
os.environ.setdefault("OMP_NUM_THREADS", "1")
# The JVM's optimising compiler does not pay off for servers that run for minutes.
os.environ.setdefault("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1")
