"""The assistant over HTTP."""

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

import langsmith
from fastapi import Body, FastAPI, HTTPException, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel

import trimtab
from trimtab.errors import TrimtabError
from trimtab.integrations.failures import MissingCredential, ServiceError, ServiceRefused
from trimtab.integrations.llm import Message, Role

from .services import Services, services

LOG = logging.getLogger("assistant")
PERSONA = "You are a helpful assistant. Be short."


class Question(BaseModel):
    """What somebody says in a conversation."""

    conversation: str = "default"
    message: str
    remember: bool = True


class Text(BaseModel):
    """What is to be said aloud."""

    text: str
    voice_id: str = "JBFqnCBsd6RMkjVDRZzb"


def create_app(
    memory_file: Path | str = ":memory:", connect: Callable[..., trimtab.Client] = trimtab.connect
) -> FastAPI:
    """The application; it connects to Trimtab when it starts."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with services(memory_file, connect) as ready:
            app.state.services = ready
            yield

    app = FastAPI(title="Assistant", lifespan=lifespan)
    app.add_exception_handler(TrimtabError, failed)
    app.post("/chat")(chat)
    app.post("/speak")(speak)
    app.post("/transcribe")(transcribe)
    app.get("/memory")(recall)
    app.get("/health")(health)
    app.get("/dev/settings")(settings_in_force)
    return app


def chat(question: Question, request: Request) -> dict[str, Any]:
    """Answer, with what is remembered of earlier conversations."""
    the = of(request)
    told = answer(question, the)
    LOG.info("answered in the conversation %s", question.conversation)
    return told


def answer(question: Question, the: Services) -> dict[str, Any]:
    """One turn, as one trace."""

    @langsmith.traceable(name="chat")
    def turn(message: str) -> str:
        model = the.llm.chat_model()
        done = model.ask([Message(Role.SYSTEM, prompt), Message(Role.USER, message)])
        how.update(provider=done.provider, model=done.model)
        return done.text

    how: dict[str, Any] = {"revision": str(the.cfg.revision)}
    known, forgot = remembered(the, question.message)
    prompt = PERSONA + "".join(f"\nYou remember: {text}" for text in known)
    said = turn(question.message)
    if question.remember and not forgot:
        remember(the, question)
    LOG.debug("answered by %s", how)
    told = {"answer": said, "remembered": known, "memory": forgot or "works"}
    return {**told, "how": how} if the.settings.debug else told


def remembered(the: Services, message: str) -> tuple[list[str], str | None]:
    """What fits, and why nothing could be looked up, if so: the answer is given without it."""
    try:
        return [one.text for one in the.memory.recall(message)], None
    except TrimtabError as error:
        LOG.warning("without memory: %s", error)
        return [], error.code


def remember(the: Services, question: Question) -> None:
    """Keep it for later, if that can be done."""
    try:
        the.memory.remember(question.conversation, [question.message])
    except TrimtabError as error:
        LOG.warning("not remembered: %s", error)


def speak(text: Text, request: Request) -> Response:
    """Say it aloud."""
    spoken = of(request).voice.speak(text.text, voice_id=text.voice_id)
    headers = {"X-Output-Format": spoken.output_format, "X-Model": spoken.model}
    return Response(spoken.audio, media_type="application/octet-stream", headers=headers)


def transcribe(
    audio: Annotated[bytes, Body(media_type="application/octet-stream")], request: Request
) -> dict[str, str]:
    """Write down what is said in a recording."""
    return {"text": of(request).voice.transcribe(audio)}


def recall(question: str, request: Request) -> dict[str, Any]:
    """What is remembered about something."""
    found = of(request).memory.recall(question)
    return {"found": [{"text": it.text, "similarity": round(it.similarity, 3)} for it in found]}


def health(request: Request) -> dict[str, Any]:
    """How the assistant is: its configuration and the services it knows of."""
    the = of(request)
    heard = the.voice.health
    return {
        "revision": str(the.cfg.revision),
        "source": the.cfg.status().source,
        "llm": problem_of(the.llm.chat_model),
        "tracing": the.tracing.problem,
        "voice": None if heard is None else heard.problem,
    }


def problem_of(try_it: Any) -> str | None:
    """Why it would not work now."""
    try:
        try_it()
    except ServiceError as error:
        return str(error)
    return None


def settings_in_force(request: Request) -> dict[str, Any]:
    """Where the assistant's own settings come from; only with DEV_MODE."""
    settings = of(request).settings
    if not settings.dev_mode:
        raise HTTPException(404)
    return {"sources": settings.status().sources}


def failed(request: Request, error: Exception) -> JSONResponse:
    """A service that fails is named; the others go on."""
    status = 502 if isinstance(error, ServiceRefused) else 503
    told = {"code": getattr(error, "code", "error"), "detail": str(error)}
    if of(request).settings.debug:
        told["how"] = type(error).__name__
    if isinstance(error, MissingCredential):
        told["variable"] = error.variable
    return JSONResponse(told, status)


def of(request: Request) -> Services:
    """The services of the running application."""
    ready: Services = request.app.state.services
    return ready
