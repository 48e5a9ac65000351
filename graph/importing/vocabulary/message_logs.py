"""Words of logs of messages: names of their columns, and the statuses of delivery."""

SENDERS = {
    "from", "from_number", "from_phone", "from_address", "from_email", "from_name", "sender", "sender_id",
    "sender_name", "sender_email", "sender_number", "originator", "absender", "expéditeur", "remitente",
    "mittente", "afzender", "发件人", "发送方", "差出人", "送信元",
}  # fmt: skip
RECIPIENTS = {
    "to", "to_number", "to_phone", "to_address", "to_email", "recipient", "recipient_id", "recipient_email",
    "recipient_number", "recipient_phone", "destination", "empfänger", "destinataire", "destinatario",
    "ontvanger", "收件人", "接收方", "宛先", "送信先",
}  # fmt: skip
UNSENT = {"queued", "scheduled", "draft", "canceled", "cancelled", "pending", "deferred"}
"""Statuses of messages that were not sent."""
UNDELIVERED = {
    "bounce", "bounced", "hard_bounce", "hard_bounced", "soft_bounce", "soft_bounced", "undelivered",
    "undeliverable", "not_delivered", "not_sent", "unsent", "delivery_failed", "delivery_failure",
    "send_failed", "failed", "suppressed", "failure", "blocked", "dropped", "undeliv", "rejectd",
    "unzustellbar", "nicht_zugestellt", "zustellung_fehlgeschlagen", "fehlgeschlagen", "退信", "未送达",
    "发送失败",
}  # fmt: skip
"""Statuses of messages that reached nobody."""
UNDELIVERED_IN_STATUS = {
    "rejected", "error", "expired", "deleted", "invalid", "unreachable", "unknown_recipient", "fehler",
}  # fmt: skip
"""What may mean something else, like an offer declined, unless the column says that it is of sending."""
DELIVERY_STATUSES = {
    *UNSENT, *UNDELIVERED, *UNDELIVERED_IN_STATUS, "delivered", "sent", "sending", "received", "accepted",
    "read", "opened", "open", "clicked", "click", "processed", "delivrd", "acceptd", "zugestellt",
    "versendet",
}  # fmt: skip
DELIVERED = {"delivered", "zugestellt", "已送达", "送达", "配信済み", "전달됨"}
"""Kinds of events that a message reached a user."""
SENT = {"sent", "send", "gesendet", "versendet", "已发送", "发送", "送信済み", "발송"}
"""Kinds of events that a message was sent to a user, whether or not it reached them."""
CHANNELS = {"email", "mail", "e_mail", "message", "sms", "push", "notification", "campaign", "newsletter"}
"""Words before kinds of such events: `email_sent`."""
DIRECTIONS = {"direction", "richtung", "sens", "dirección", "direzione", "richting"}
"""Names of columns that state whether a message was sent to or by a user."""
INBOUND = {"inbound", "incoming", "in", "mo", "received", "eingehend", "entrant", "entrante", "inkomend"}
"""Directions of messages that users sent."""
