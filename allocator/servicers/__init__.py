"""gRPC to the services and back: decode, call, encode."""
