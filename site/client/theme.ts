/** The button that switches between the theme of the system, the light one and the dark one. The page sets the stored one before it is drawn. */

const key = "edgewater-docs-theme";
const themes = ["", "light", "dark"];

export function switchTheme(): void {
  const button = document.querySelector("#theme");
  const root = document.documentElement;
  const describe = (): void => button?.setAttribute("aria-label", `Theme: ${root.dataset["theme"] || "system"}`);
  button?.addEventListener("click", () => {
    const next = themes[(themes.indexOf(root.dataset["theme"] ?? "") + 1) % themes.length] ?? "";
    root.dataset["theme"] = next;
    describe();
    try {
      localStorage.setItem(key, next);
    } catch {
      // The browser keeps nothing for this page: the theme is that of this visit.
    }
  });
  describe();
}
