"""The HTTP API and the web page: one router per resource, which leaves all computing to the layers below."""
