"""Webhooks: what happened, as payloads, queued and delivered."""
