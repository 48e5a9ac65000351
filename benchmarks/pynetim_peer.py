"""pynetim's TIM+ and IMM on a network, run by `benchmarks.seeds` in a separate environment.

It is distributed as source that needs a C++ compiler. Arguments: an .npz of sources, targets and
probabilities, and the number of seeds. Prints {method: [seconds, seeds]} as JSON.
"""

import json
import sys
import time

import numpy as np
from pynetim import IMGraph
from pynetim.algorithms import IMMAlgorithm, TIMAlgorithm


def main() -> None:
    arrays = np.load(sys.argv[1])
    edges = list(zip(arrays["sources"].tolist(), arrays["targets"].tolist(), strict=True))
    graph = IMGraph(edges, weights=arrays["probabilities"].tolist(), renumber=True)
    results = {}
    for name, algorithm in (("TIM+ (pynetim)", TIMAlgorithm), ("IMM (pynetim)", IMMAlgorithm)):
        began = time.monotonic()
        seeds = algorithm(graph, model="IC", epsilon=0.5, random_seed=1).run(k=int(sys.argv[2]))
        results[name] = [time.monotonic() - began, sorted(int(seed) for seed in seeds)]
    print(json.dumps(results))  # noqa: T201 (what it is run for)


if __name__ == "__main__":
    main()
