"""The HTTP API and its page: one router per resource; routes translate, they do not compute."""
