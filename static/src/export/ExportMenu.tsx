/** The run on the screen as a file, made here in the browser. */

import { gettext } from "../i18n";
import { Menu, type Group, type Item } from "../menu/Menu";
import { asked } from "../store/draft";
import { run } from "../store/view";
import { runDocument } from "./document";
import { candidateRows, csv, ndjson, tokenRows, type Row } from "./rows";
import { fileName, save } from "./save";

const whole = (): void =>
  save(fileName(run.value, "run", "json"), JSON.stringify(runDocument(run.value, asked.value, new Date()), null, 1), "application/json");

const table = (what: string, rows: () => Row[]): Item[] => [
  { key: `${what}-csv`, title: "CSV", act: () => save(fileName(run.value, what, "csv"), csv(rows()), "text/csv") },
  { key: `${what}-ndjson`, title: "NDJSON", act: () => save(fileName(run.value, what, "ndjson"), ndjson(rows()), "application/x-ndjson") },
];

export const exportGroups = (): Group[] => [
  { key: "run", title: gettext("The whole run"), items: [{ key: "json", title: "JSON", act: whole }] },
  { key: "tokens", title: gettext("A row for each token"), items: table("tokens", () => tokenRows(run.value.tokens)) },
  { key: "candidates", title: gettext("A row for each candidate"), items: table("candidates", () => candidateRows(run.value.tokens)) },
];

export function ExportMenu() {
  return (
    <Menu label={gettext("Export the run")} hook="export" class="icon" disabled={run.value.tokens.length === 0} groups={exportGroups()}>
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <path d="M8 2v8m-3-3 3 3 3-3M2.5 11v2.5h11V11" />
      </svg>
    </Menu>
  );
}
