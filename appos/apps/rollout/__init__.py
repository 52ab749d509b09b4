"""Deployments as transactions: the new release runs and is healthy, or the one before it does."""
