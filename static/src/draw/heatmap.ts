/** A matrix of weights that grows by rows, kept as pixels: adding a row paints that row alone. Knows nothing of models. */

import type { Ramp } from "./ramp";

export class Heatmap {
  private canvas = document.createElement("canvas");
  private context = this.canvas.getContext("2d", { willReadFrequently: false });
  rows = 0;
  columns = 0;

  constructor(private readonly ramp: Ramp) {}

  /** Paints one row of weights, 0 to 1, below the others. */
  push(weights: Float32Array | null): void {
    this.reserve(weights?.length ?? 0, this.rows + 1);
    if (weights && this.context && weights.length) this.context.putImageData(this.pixels(weights), 0, this.rows);
    this.rows += 1;
    this.columns = Math.max(this.columns, weights?.length ?? 0);
  }

  /** Stretches the matrix over `width` x `height` device pixels of `target`. */
  draw(target: CanvasRenderingContext2D, width: number, height: number): void {
    target.clearRect(0, 0, width, height);
    if (!this.rows || !this.columns) return;
    target.imageSmoothingEnabled = this.columns > width;
    target.drawImage(this.canvas, 0, 0, this.columns, this.rows, 0, 0, width, height);
  }

  private pixels(weights: Float32Array): ImageData {
    const image = new ImageData(weights.length, 1);
    weights.forEach((weight, column) => {
      const level = Math.round(Math.min(1, Math.max(0, weight)) * 255) * 4;
      image.data.set(this.ramp.subarray(level, level + 4), column * 4);
    });
    return image;
  }

  /** Room for the next row; doubled when it runs out, so that growing is rare. */
  private reserve(columns: number, rows: number): void {
    if (columns <= this.canvas.width && rows <= this.canvas.height && this.rows) return;
    const next = document.createElement("canvas");
    next.width = roomFor(columns, this.rows ? this.canvas.width : 0);
    next.height = roomFor(rows, this.rows ? this.canvas.height : 0);
    const context = next.getContext("2d");
    if (this.rows) context?.drawImage(this.canvas, 0, 0);
    [this.canvas, this.context] = [next, context];
  }
}

const roomFor = (needed: number, had: number): number => Math.max(had, 2 ** Math.ceil(Math.log2(Math.max(64, needed))));
