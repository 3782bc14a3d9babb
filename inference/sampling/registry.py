"""Every stage there is, by name. A new stage is one line here."""

from __future__ import annotations

from inference.sampling.bans import AllowedTokens, BadWords, MinTokens, NoRepeatNgram
from inference.sampling.bias import LogitBias
from inference.sampling.constraint import Constraint
from inference.sampling.cutoffs import EpsilonCutoff, EtaCutoff, TopA, TopNSigma
from inference.sampling.dry import Dry
from inference.sampling.guidance import Guidance
from inference.sampling.mirostat import Mirostat
from inference.sampling.penalties import FrequencyPenalty, PresencePenalty, RepetitionPenalty
from inference.sampling.smoothing import Smoothing
from inference.sampling.stage import Stage
from inference.sampling.tail_free import TailFree
from inference.sampling.temperature import DynamicTemperature, Temperature
from inference.sampling.truncation import MinP, TopK, TopP
from inference.sampling.typical import Typical
from inference.sampling.xtc import Xtc
from inference.spec import StageName

STAGES: dict[StageName, Stage] = {
    stage.name: stage
    for stage in (
        Guidance(),
        Constraint(),
        AllowedTokens(),
        LogitBias(),
        BadWords(),
        NoRepeatNgram(),
        MinTokens(),
        RepetitionPenalty(),
        PresencePenalty(),
        FrequencyPenalty(),
        Dry(),
        DynamicTemperature(),
        Temperature(),
        Smoothing(),
        TopK(),
        TailFree(),
        Typical(),
        TopP(),
        MinP(),
        TopA(),
        EpsilonCutoff(),
        EtaCutoff(),
        TopNSigma(),
        Xtc(),
        Mirostat(),
    )
}
