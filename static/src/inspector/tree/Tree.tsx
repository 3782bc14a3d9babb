/** All ways that were tried: the search of the run on the screen, and the branches and samples of this page. */

import { BeamTree } from "./BeamTree";
import { BranchTree } from "./BranchTree";
import { search } from "./state";

export function Tree() {
  return (
    <div class="trees" data-testid="trees">
      {search.value.search.length > 0 && <BeamTree />}
      <BranchTree />
    </div>
  );
}
