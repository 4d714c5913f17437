"""What may be asked of dibs, one module a service: ports, model and errors only."""
