/**
 * Runs before anything is drawn: the chosen theme, and the sign that there are scripts.
 *
 * @module
 */
document.documentElement.dataset.live = "";
try {
  const theme = localStorage.getItem("ndots-theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage is forbidden: the system's theme it is.
}
