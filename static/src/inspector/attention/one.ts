/** The whole matrix of the chosen head, at full size. */

import { Heatmap } from "../../draw/heatmap";
import { ramp } from "../../draw/ramp";
import type { Token } from "../../protocol/generated";
import { rowOf, weights, type Head } from "../../store/attention";

export class OneHead {
  private map = new Heatmap(ramp(false));
  private made = "";

  /** The map of `head` up to the last of `tokens`; made anew when the run, the head or the colours change. */
  update(run: string, tokens: readonly Token[], head: Head, hideFirst: boolean, dark: boolean): Heatmap {
    const wanted = [run, head.layer, head.head, hideFirst, dark].join(" ");
    if (wanted !== this.made || tokens.length < this.map.rows) this.map = new Heatmap(ramp(dark));
    this.made = wanted;
    for (const token of tokens.slice(this.map.rows)) {
      const row = rowOf(token, head);
      this.map.push(row && weights(row, hideFirst));
    }
    return this.map;
  }
}
