// The admin panel's own few lines.
addEventListener("load", () => {
  for (const button of document.querySelectorAll("[data-copy]")) button.addEventListener("click", () => copy(button));
  // A list that scrolls is called after its page: all of them are called alike, which tells nothing to who listens.
  // So are tabs, which are called nothing.
  for (const list of document.querySelectorAll("main .simplebar-content-wrapper, #tabs-items")) list.ariaLabel = document.title.trim();
});

/** Copies what the field holds that the button names. */
async function copy(button) {
  const field = document.getElementById(button.dataset.copy);
  field.select();
  await navigator.clipboard.writeText(field.value).catch(() => document.execCommand("copy"));
  document.getElementById("copied").textContent = button.dataset.done;
}
