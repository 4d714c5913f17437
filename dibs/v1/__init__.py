"""The wire types of dibs.v1, generated from protos/ by `make generate`."""
