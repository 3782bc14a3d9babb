/** What a page offers in the palette and lists on the sheet of keys. */

export interface Command {
  id: string;
  group: string;
  title: string;
  keys?: string; // as in the sheet
  act: () => void;
}

export interface Section {
  title: string;
  rows: [keys: string, does: string][];
}

export interface Offer {
  /** All commands that make sense now, those used most often first. */
  commands: () => Command[];
  /** What a number means: the step of that number. */
  stepCommand: (query: string) => Command | null;
  sections: () => Section[];
}
