"""A chat model of OpenAI as LangChain has it."""

from typing import Any

from langchain_openai import ChatOpenAI
from pydantic import SecretStr


def chat_model(model: str, api_key: str, **options: Any) -> ChatOpenAI:
    """A new one; LangChain shares the connections beneath."""
    return ChatOpenAI(model=model, api_key=SecretStr(api_key), **options)
