// The colours of a channel's statuses.

const COLOURS = {
	Active: "green",
	Trial: "green",
	"Needs Attention": "red",
	Restricted: "red",
	"Verification Rejected": "red",
	"Trial Ended": "red",
	Deactivated: "gray",
};

/** The colour of a status; what is still under way is orange. */
export function colourOf(status) {
	return COLOURS[status] ?? "orange";
}
