"""A plain web page for an embedded site: tickets, their conversation, a reply box and the actions of form scripts."""
