"""The policy: what an app may ask of its host, by the role of who deploys it."""
