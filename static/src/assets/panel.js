// The admin panel's own few lines: a button that copies what a field holds.
for (const button of document.querySelectorAll("[data-copy]")) {
  const field = document.getElementById(button.dataset.copy);
  button.addEventListener("click", async () => {
    field.select();
    await navigator.clipboard.writeText(field.value).catch(() => document.execCommand("copy"));
    document.getElementById("copied").textContent = button.dataset.done;
  });
}
