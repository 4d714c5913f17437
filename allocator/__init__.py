"""The allocation service: domain, services, gRPC front and command line."""
