"""What surrounds the shop on one machine: control panel, mailbox and a small learning site."""
