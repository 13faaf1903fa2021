"""The part of rq, a bench's job queue, that the app uses."""
