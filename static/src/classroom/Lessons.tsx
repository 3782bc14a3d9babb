/** Which ready lessons there are, to begin one. */

import { fill, gettext, ngettext } from "../i18n";
import { boot } from "../store/draft";
import { busy, held } from "./busy";
import { expected } from "./plan";
import { isAsked, place, plan, tell } from "./room";

const languageName = (code: string): string => boot.languages.find(([other]) => other === code)?.[1] ?? code;

/** Which lessons there are. */
export function Lessons() {
  const languages = [...new Set(place.lessons.map(({ language }) => language))];
  return (
    <div class="drawer lessons" data-testid="lessons">
      {languages.map((language) => (
        <section key={language}>
          <h3>{languageName(language)}</h3>
          <ul>
            {place.lessons
              .filter((lesson) => lesson.language === language)
              .map(({ key, title, about, minutes, steps }) => (
                <li key={key} lang={language}>
                  <strong>{title}</strong>
                  <p class="quiet">{about}</p>
                  <p class="quiet figures">
                    {fill(ngettext("%(count)s step", "%(count)s steps", steps), { count: steps })} ·{" "}
                    {fill(gettext("%(count)s minutes"), { count: minutes })}
                  </p>
                  <button
                    type="button"
                    class="button small"
                    disabled={isAsked.value || busy.value}
                    data-testid={`begin-${key}`}
                    onClick={() => void teach(plan.value?.key === key ? "" : key)}
                  >
                    {plan.value?.key === key ? gettext("End this lesson") : gettext("Begin")}
                  </button>
                </li>
              ))}
          </ul>
        </section>
      ))}
    </div>
  );
}

/** Begins the lesson `key`; an empty one ends that which is on. */
async function teach(key: string): Promise<void> {
  await held(async () => {
    expected.value = key;
    if (!(await tell({ type: "lesson_pick", lesson: key }))) expected.value = "";
  });
}
