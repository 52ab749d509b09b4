"""What tests may know of the kinds of jobs in `kinds_wsgi`, which gevent patches when it is imported."""

# How many steps `test.long` has, and each of RESUMABLE.
LONG = 20
STEPS = 8
# A job that is started by hand works on the subject named as its kind, so there are several of these.
RESUMABLE = tuple(f"test.resumable-{subject}" for subject in "abcdef")
ONCE = tuple(f"test.once-{subject}" for subject in "abcdef")
