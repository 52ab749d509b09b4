"""The settings that superusers change while AppOS runs."""
