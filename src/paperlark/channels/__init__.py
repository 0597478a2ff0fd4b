"""Messages in, and out to where people read: a mailbox, a chat."""
