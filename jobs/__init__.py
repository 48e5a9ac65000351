"""Long work as jobs: the queue in the graph, the kinds of job, and the worker process that runs them.

``queue`` stores jobs, ``registry`` maps a kind's name to its function, ``kinds`` holds the built-in kinds,
``progress`` sends heartbeats, and ``worker`` takes jobs from the queue and runs them.
"""
