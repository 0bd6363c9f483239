"""What decides what is traced."""

from pydantic import Field, SecretStr

from trimtab.binding import LiveSettings


class LangSmithSettings(LiveSettings):
    """The settings of `Tracing`.

    `langchain_callbacks_background` is a switch of LangChain for JavaScript: no package for Python
    reads it, and LangSmith's client for Python always sends in the background. It is kept so that
    one configuration can serve both.
    """

    langsmith_tracing: bool = True
    langchain_project: str = Field("assistant", min_length=1)
    langsmith_hide_inputs: bool = False
    langsmith_hide_outputs: bool = False
    langchain_callbacks_background: bool = True
    langsmith_api_key: SecretStr | None = None
