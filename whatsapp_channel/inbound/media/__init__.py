"""The files of messages on their way in: fetched by jobs of their own while their messages wait, and again when something
went wrong."""
