/** Finds commands by parts of their words. Pure. */

interface Named {
  group: string;
  title: string;
}

const plain = (text: string): string =>
  text
    .normalize("NFKD")
    .replace(/\p{Mark}/gu, "")
    .toLowerCase();

/** Those whose title and group hold every word of `query`; a title that begins with it comes first, otherwise the order stays. */
export function matching<T extends Named>(all: readonly T[], query: string): T[] {
  const words = plain(query).split(/\s+/).filter(Boolean);
  const begins = ({ title }: T): number => (words.length && plain(title).startsWith(words.join(" ")) ? 0 : 1);
  return all
    .filter(({ title, group }) => words.every((word) => plain(`${title} ${group}`).includes(word)))
    .map((item, place) => ({ item, place }))
    .sort((a, b) => begins(a.item) - begins(b.item) || a.place - b.place)
    .map(({ item }) => item);
}
