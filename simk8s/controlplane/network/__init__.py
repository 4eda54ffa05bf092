"""How Pods are found: addresses of Services, endpoints, names, and who answers behind an address."""
