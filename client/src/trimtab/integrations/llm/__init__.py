"""A chat model of OpenAI or Anthropic; provider and model may change between two calls.

`pip install 'trimtab[openai]'`, `'trimtab[anthropic]'`, or both.
"""

from .chat import ChatModel, Llm
from .messages import Answer, Message, Provider, Role
from .settings import LlmSettings

__all__ = ["Answer", "ChatModel", "Llm", "LlmSettings", "Message", "Provider", "Role"]
