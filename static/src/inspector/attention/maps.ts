/** The thumbnails of all watched heads of the current run, grown as tokens arrive and started afresh when the colours change. */

import { Thumbnail } from "../../draw/thumbnail";
import { ramp, type Ramp } from "../../draw/ramp";
import type { Token } from "../../protocol/generated";
import { headsOf, rowOf, weights, type Head } from "../../store/attention";

const key = ({ layer, head }: Head): string => `${layer}:${head}`;

export class Maps {
  private readonly maps = new Map<string, Thumbnail>();
  private ramp: Ramp = ramp(false);
  private made = "";
  private drawn = 0;

  /** Brings the maps up to `tokens` of the run called `run`. */
  update(run: string, tokens: readonly Token[], hideFirst: boolean, dark: boolean): void {
    const wanted = `${run} ${hideFirst} ${dark}`;
    if (wanted !== this.made || tokens.length < this.drawn) this.reset(wanted, dark);
    for (const token of tokens.slice(this.drawn)) this.add(token, hideFirst);
    this.drawn = tokens.length;
  }

  map(head: Head): Thumbnail | null {
    return this.maps.get(key(head)) ?? null;
  }

  private reset(made: string, dark: boolean): void {
    this.maps.clear();
    this.ramp = ramp(dark);
    [this.made, this.drawn] = [made, 0];
  }

  private add(token: Token, hideFirst: boolean): void {
    if (!token.attention) return;
    for (const head of headsOf(token.attention)) this.grow(head, token.step).push(rowWeights(token, head, hideFirst));
  }

  /** The head's map, filled up with empty rows for steps at which it was not watched. */
  private grow(head: Head, step: number): Thumbnail {
    const map = this.maps.get(key(head)) ?? new Thumbnail(this.ramp);
    this.maps.set(key(head), map);
    while (map.rows < step) map.push(null);
    return map;
  }
}

function rowWeights(token: Token, head: Head, hideFirst: boolean): Float32Array | null {
  const row = rowOf(token, head);
  return row && weights(row, hideFirst);
}
