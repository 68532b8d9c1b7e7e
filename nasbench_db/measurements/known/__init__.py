"""Files of measurements that others have published, each read by a module of its own."""
