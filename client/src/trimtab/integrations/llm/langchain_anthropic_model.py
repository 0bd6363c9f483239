"""A chat model of Anthropic as LangChain has it."""

from typing import Any

from langchain_anthropic import ChatAnthropic
from pydantic import SecretStr


def chat_model(model: str, api_key: str, **options: Any) -> ChatAnthropic:
    """A new one; LangChain shares the connections beneath."""
    return ChatAnthropic(model_name=model, api_key=SecretStr(api_key), **options)
