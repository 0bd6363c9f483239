#!/bin/sh
set -eu
: "${DATABASE_URL:?is not set}"
PORT="${ASSISTANT_PORT:-8000}"
exec uvicorn app.main:app --port "$PORT" --log-level "${LOG_LEVEL:-info}"
