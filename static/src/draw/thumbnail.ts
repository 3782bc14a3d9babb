/** A growing matrix of weights as a picture of fixed size: cells are pooled by their largest weight, coarser as it grows. */

import type { Ramp } from "./ramp";

const SIDE = 64; // pixels; more cannot be seen in a thumbnail

export class Thumbnail {
  private readonly canvas = Object.assign(document.createElement("canvas"), { width: SIDE, height: SIDE });
  private readonly context = this.canvas.getContext("2d");
  private pooled = new Float32Array(SIDE * SIDE);
  private across = 1; // positions per pixel
  private down = 1; // rows per pixel
  private columns = 0;
  rows = 0;

  constructor(private readonly ramp: Ramp) {}

  /** Adds one row of weights, 0 to 1; null is a row that was not watched. */
  push(weights: Float32Array | null): void {
    this.columns = Math.max(this.columns, weights?.length ?? 0);
    while (this.columns > SIDE * this.across) this.halve("across");
    while (this.rows >= SIDE * this.down) this.halve("down");
    const row = Math.floor(this.rows / this.down);
    weights?.forEach((weight, position) => this.pool(row * SIDE + Math.floor(position / this.across), weight));
    this.paint(row, row + 1);
    this.rows += 1;
  }

  /** Stretches what there is over `width` x `height` device pixels. */
  draw(target: CanvasRenderingContext2D, width: number, height: number): void {
    target.clearRect(0, 0, width, height);
    if (!this.columns) return;
    target.imageSmoothingEnabled = false;
    target.drawImage(this.canvas, 0, 0, Math.ceil(this.columns / this.across), Math.ceil(this.rows / this.down), 0, 0, width, height);
  }

  private pool(cell: number, weight: number): void {
    this.pooled[cell] = Math.max(this.pooled[cell] ?? 0, weight);
  }

  /** Two neighbours become one, so that there is room for as much again. */
  private halve(direction: "across" | "down"): void {
    const before = this.pooled;
    this.pooled = new Float32Array(SIDE * SIDE);
    this[direction] *= 2;
    before.forEach((weight, cell) => {
      const [row, column] = [Math.floor(cell / SIDE), cell % SIDE];
      this.pool(direction === "across" ? row * SIDE + (column >> 1) : (row >> 1) * SIDE + column, weight);
    });
    this.paint(0, SIDE);
  }

  private paint(from: number, to: number): void {
    const image = new ImageData(SIDE, to - from);
    for (let cell = 0; cell < SIDE * (to - from); cell++) {
      const level = Math.round(Math.min(1, this.pooled[from * SIDE + cell] ?? 0) * 255) * 4;
      image.data.set(this.ramp.subarray(level, level + 4), cell * 4);
    }
    this.context?.putImageData(image, 0, from);
  }
}
