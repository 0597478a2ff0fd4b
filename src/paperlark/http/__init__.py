"""HTTP for every adapter: a request in; a bounded response before one deadline, or an HttpError."""
