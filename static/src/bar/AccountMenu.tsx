/** Whose page this is: log in or out, one's sessions, the other pages, and the panel for those who may. */

import { fill, gettext } from "../i18n";
import { Menu, type Group, type Item } from "../menu/Menu";
import { boot } from "../store/draft";

export function AccountMenu() {
  const name = boot.account?.name;
  return (
    <Menu
      hook="account"
      class={name ? "icon account-button known" : "icon account-button"}
      label={name ? fill(gettext("Account: %(name)s"), { name }) : gettext("Account")}
      groups={[works(), name ? own(name) : stranger()]}
    >
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <circle cx="8" cy="5.5" r="2.75" />
        <path d="M2.75 14c.5-2.9 2.6-4.3 5.25-4.3s4.75 1.4 5.25 4.3" />
      </svg>
    </Menu>
  );
}

const works = (): Group => ({
  key: "works",
  title: "",
  items: [
    to("sessions", gettext("Your sessions"), "/sessions"),
    to("gallery", gettext("Gallery"), "/gallery"),
    to("classroom", gettext("Classroom"), "/r/"),
  ],
});

function own(name: string): Group {
  const panel = boot.account?.panel ? [to("panel", gettext("Administration"), "/admin/")] : [];
  const out = { key: "out", title: gettext("Log out"), act: () => document.querySelector<HTMLFormElement>("#logout-form")?.submit() };
  return { key: "own", title: name, items: [to("account", gettext("Your account"), "/account/"), ...panel, out] };
}

function stranger(): Group {
  const up = boot.signup ? [to("up", gettext("Sign up"), "/account/signup", back)] : [];
  return { key: "own", title: "", items: [to("in", gettext("Log in"), "/account/login", back), ...up] };
}

/** Whoever comes back from logging in finds the page that they left. */
const back = (): string => `?next=${encodeURIComponent(location.pathname + location.search)}`;

const to = (key: string, title: string, address: string, query = () => ""): Item => ({
  key,
  title,
  act: () => location.assign(address + query()),
});
