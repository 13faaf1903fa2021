"""The WhatsApp Business app beside the channel: echoes, history and the address book of a phone. Handlers of `inbound`."""
