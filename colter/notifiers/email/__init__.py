"""Mail, through a mail server with verified TLS."""

from colter.notifiers.email.channel import Email
from colter.notifiers.email.server import Encryption, MailServer

__all__ = ["Email", "Encryption", "MailServer"]
