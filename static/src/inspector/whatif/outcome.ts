/** A run's tokens beside those that other settings would have chosen. Pure. */

import { values } from "../../protocol/codec";
import type { Token, WhatIf } from "../../protocol/generated";

/** One step of the run, as it was and as it would be. */
export interface Step {
  step: number; // from 0
  own: { id: number; piece: Uint8Array; before: number | null; after: number }; // probabilities under the run's own settings and under the others
  would: { id: number; piece: Uint8Array; probability: number };
  differs: boolean;
  first: boolean;
  draw: number; // in [0, 1)
  kept: { before: number | null; after: number }; // tokens that survive every stage
  entropy: { before: number | null; after: number }; // bits
}

/** What an answer says of a run's tokens. `base` is the answer for the run's own settings, where it is known and as long. */
export class Outcome {
  readonly total: number;
  readonly differing: readonly number[];
  readonly first: number | null;
  private readonly marked: ReadonlySet<number>;

  constructor(
    readonly answer: WhatIf,
    private readonly base: WhatIf | null,
    private readonly tokens: readonly Pick<Token, "id" | "piece">[],
  ) {
    this.total = answer.token_ids.length;
    this.differing = answer.differs;
    this.first = answer.differs[0] ?? null;
    this.marked = new Set(answer.differs);
  }

  differs(step: number): boolean {
    return this.marked.has(step);
  }

  step(step: number): Step | null {
    const { answer, base } = this;
    const token = this.tokens[step];
    const piece = answer.pieces[step];
    if (!token || !piece) return null;
    const at = (block: WhatIf["draws"]): number => values(block)[step] ?? NaN;
    const before = (name: "own_probabilities" | "kept" | "entropies"): number | null => (base ? (values(base[name])[step] ?? null) : null);
    const bits = (nats: number): number => nats / Math.LN2;
    const entropy = before("entropies");
    return {
      step,
      own: { id: token.id, piece: token.piece, before: before("own_probabilities"), after: at(answer.own_probabilities) },
      would: { id: answer.token_ids[step] ?? -1, piece, probability: at(answer.probabilities) },
      differs: this.differs(step),
      first: step === this.first,
      draw: at(answer.draws),
      kept: { before: before("kept"), after: at(answer.kept) },
      entropy: { before: entropy === null ? null : bits(entropy), after: bits(at(answer.entropies)) },
    };
  }
}

/** Entropies of every step in bits. */
export const entropies = (answer: WhatIf): number[] => Array.from(values(answer.entropies), (nats) => nats / Math.LN2);

/** Whether `answer` is about `tokens`: as many steps as it says, of these tokens, with all its numbers. */
export function fits(answer: WhatIf, tokens: readonly Pick<Token, "id">[]): boolean {
  const total = answer.token_ids.length;
  const blocks = [answer.probabilities, answer.own_probabilities, answer.kept, answer.entropies, answer.draws];
  const differing = answer.token_ids.flatMap((id, step) => (id === tokens[step]?.id ? [] : [step]));
  return (
    total <= tokens.length &&
    answer.pieces.length === total &&
    blocks.every((block) => values(block).length === total) &&
    differing.length === answer.differs.length &&
    differing.every((step, k) => step === answer.differs[k])
  );
}
