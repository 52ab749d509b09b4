"""The files of apps, which are the truth about them: projects, generations and releases on the disk."""
