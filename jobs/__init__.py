"""Long work as jobs: the queue in the graph, the kinds of job, and the worker process that runs them."""
