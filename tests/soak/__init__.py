"""The promises under fault: real hubs, databases and bells, stopped, frozen, cut off and starved."""
