/** Where a card goes: below its token, or above, beside nothing that it must not cover, and always within the window. Pure. */

export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export interface Size {
  width: number;
  height: number;
}

export interface Place {
  left: number;
  top: number;
  height: number; // at most
}

const GAP = 8; // pixels to the token and to the edge

/** `token` in the window of size `room`; the card is as large as `card` unless there is less room. */
export function placeOf(token: Box, card: Size, room: Size): Place {
  const [above, below] = [token.top - 2 * GAP, room.height - token.bottom - 2 * GAP];
  const under = below >= card.height || below >= above;
  const height = Math.max(0, Math.min(card.height, under ? below : above));
  const left = Math.max(GAP, Math.min(token.left, room.width - card.width - GAP));
  return { left, top: under ? token.bottom + GAP : token.top - GAP - height, height };
}
