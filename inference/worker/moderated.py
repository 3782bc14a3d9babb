"""Ends a run at what its site forbids. Knows nothing of logs; it stands between the engine's events and whoever logs them.

The token that completes a hit is not said, nor anything after it: what was shown before it stays. Over several samples or beams a hit in
one ends the run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from inference.events import BeamHypothesis, Event, Finished, Hypotheses, SampleFinished, Started, Token
from inference.moderation.filters import Filter
from inference.moderation.matching import Watched, search
from inference.runs.history import History
from inference.worker.engines import Handle


def moderated(handle: Handle, filters: Sequence[Filter], history: History) -> Iterator[Event]:
    """The events of ``handle`` as far as ``filters`` let them through. ``history`` is what was said before another worker went on."""
    return Moderation(handle, filters, history).events() if filters else iter(handle)


class Moderation:
    """One run under its site's lists."""

    def __init__(self, handle: Handle, filters: Sequence[Filter], history: History) -> None:
        self._handle = handle
        self._on_prompt = [filter for filter in filters if filter.on_prompt]
        self._on_output = [filter for filter in filters if filter.on_output]
        self._texts: dict[int, Watched] = {}  # by sample
        self._given = history.given_text
        self._tokens = sum(map(len, history.tokens.values()))
        for sample, text in history.texts.items():
            self._text(sample).push(text)

    def events(self) -> Iterator[Event]:
        """Like the handle's: ``Finished`` comes last."""
        for event in self._handle:
            broken = self._broken(event)
            if broken is not None and not isinstance(event, Finished):
                self._handle.cancel()
                yield from self._rest(broken)
                return
            yield self._ended(event, broken) if broken and isinstance(event, Finished) else event
            self._tokens += isinstance(event, Token)

    def _broken(self, event: Event) -> Filter | None:
        """The list that ``event`` breaks."""
        match event:
            case Started():
                self._given = event.output_text
                prompt = b"".join(event.prompt_pieces).decode(errors="replace")
                in_prompt = next((filter for filter in self._on_prompt if search(filter, prompt) is not None), None)
                return in_prompt or Watched(self._on_output).push(event.output_text)
            case Token():
                return self._text(event.sample).push(event.text)
            case SampleFinished():
                text = self._text(event.sample)
                return text.push(event.text) or text.end()
            case Hypotheses():
                return next((broken for one in event.hypotheses if (broken := self._of_beam(one))), None)
            case Finished():
                return self._text(0).push(event.text) or next((broken for text in self._texts.values() if (broken := text.end())), None)
        return None

    def _of_beam(self, beam: BeamHypothesis) -> Filter | None:
        text = Watched(self._on_output)
        return text.push(beam.text) or text.end()

    def _text(self, sample: int) -> Watched:
        """Of a sample, which begins with what every output of the run was given."""
        if sample not in self._texts:
            self._texts[sample] = Watched(self._on_output)
            self._texts[sample].push(self._given)
        return self._texts[sample]

    def _rest(self, broken: Filter) -> Iterator[Event]:
        """Nothing but how samples and run ended."""
        for event in self._handle:
            match event:
                case SampleFinished(reason="cancelled"):
                    yield replace(event, reason="content_filter", detail=broken.name, text="")
                case SampleFinished():
                    yield event
                case Finished():
                    yield self._ended(event, broken)

    def _ended(self, event: Finished, broken: Filter) -> Finished:
        usage = replace(event.usage, completion_tokens=min(event.usage.completion_tokens, self._tokens))
        return replace(event, reason="content_filter", detail=broken.name, text="", error=None, usage=usage, policy=broken.policy)
