"""A question that gets no figure, and why: said in the language it was asked in."""

from __future__ import annotations

from pipelines.reporting.model.values import Message, Shown, message


class Refusal(Exception):
    """Why a question is not answered, as a message of this room."""

    def __init__(self, message_id: str, **params: Shown) -> None:
        super().__init__(message_id)
        self.said: Message = message(message_id, **params)
