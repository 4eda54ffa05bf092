"""Claims and PersistentVolumes: who binds, makes, protects, attaches and reclaims them."""
