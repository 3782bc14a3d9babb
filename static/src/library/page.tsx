/** The pages of many sessions: one's own, and the gallery. */

import "../theming";
import { render } from "preact";
import { Library } from "./Library";
import { load } from "./rows";

const root = document.getElementById("app");
if (!root) throw new Error("the page has no #app");
root.replaceChildren();
render(<Library />, root);
void load();
