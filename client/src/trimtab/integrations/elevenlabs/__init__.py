"""Speech with ElevenLabs, both ways. `pip install 'trimtab[elevenlabs]'`."""

from .health import Health
from .settings import OUTPUT_FORMATS, ElevenLabsSettings, OutputFormat
from .voice import Spoken, Voice

__all__ = ["OUTPUT_FORMATS", "ElevenLabsSettings", "Health", "OutputFormat", "Spoken", "Voice"]
