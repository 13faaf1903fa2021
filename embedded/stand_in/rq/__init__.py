"""What the app takes from rq, the job queue of a bench."""
