"""What lies between a request and its route: middleware, uploads, access, limits, errors."""
