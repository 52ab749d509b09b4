"""The Docker behind the apps: containers, images, volumes, networks, disk use and pruning."""
