/** Translations from Django's JavaScript catalogue, which the page loads before this script. Identity in English. */

declare global {
  interface Window {
    gettext?: (text: string) => string;
    ngettext?: (one: string, many: string, count: number) => string;
  }
}

type Values = Record<string, string | number>;

export const gettext = (text: string): string => globalThis.window?.gettext?.(text) ?? text;

export const ngettext = (one: string, many: string, count: number): string =>
  globalThis.window?.ngettext?.(one, many, count) ?? (count === 1 ? one : many);

/** Replaces each `%(name)s` of `text` by its value. Where a Latin letter then meets a Chinese one, a blank keeps them apart, as in print. */
export const fill = (text: string, values: Values): string =>
  text.replace(/(\p{Script=Han}?)%\((\w+)\)s(?=(\p{Script=Han}?))/gu, (whole, before: string, name: string, after: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    const written = String(value);
    return before + (before && /^[a-z]/i.test(written) ? " " : "") + written + (after && /[a-z]$/i.test(written) ? " " : "");
  });

/** `items` one after the other, as the language lists them. */
export const inList = (items: string[]): string => items.join(gettext(", "));

/** Sentences one after the other; no space follows a mark of Chinese, which is wide enough by itself. */
export const inSequence = (sentences: string[]): string =>
  sentences.reduce((text, next) => text + (/(^|[。！？：；，])$/.test(text) ? "" : " ") + next, "");

/** `text` in the quotation marks of the language. */
export const inQuotes = (text: string): string => fill(gettext("“%(text)s”"), { text });
