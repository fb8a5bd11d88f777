"""Published networks that are not in the zoo, stated plainly: what the exporter is tried on."""
