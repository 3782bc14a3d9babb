/** A token on one line: white space visible, bytes that are no character in hexadecimal and set apart from digits. */

import { PieceReader, visible } from "./pieces";

export function Piece({ of, title }: { of: Uint8Array; title?: string }) {
  const parts = new PieceReader().read(of);
  return (
    <span class="piece" title={title}>
      {parts.length === 0 && "∅"}
      {parts.map(({ kind, value }, k) => (kind === "text" ? visible(value) : <BytesChip key={k} value={value} />))}
    </span>
  );
}

const BytesChip = ({ value }: { value: string }) => <span class="bytes">{value}</span>;
