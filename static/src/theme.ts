/** Runs before the first paint, so that the page never flashes in the other theme. */

try {
  const theme: unknown = JSON.parse(localStorage.getItem("theme") ?? '"system"');
  if (typeof theme === "string") document.documentElement.dataset.theme = theme;
} catch {
  // Without storage the system's preference holds.
}
