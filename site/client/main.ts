/** What a page does in the browser: theme, search, buttons that copy code. Without it, a page can be read all the same. */
import { addCopyButtons } from "./copy.ts";
import { addSearch } from "./search.ts";
import { switchTheme } from "./theme.ts";

const base = new URL(".", (document.currentScript as HTMLScriptElement).src).href;

// The script is deferred: the page is there.
switchTheme();
addCopyButtons();
addSearch(base);
document.querySelector("#contents [aria-current]")?.scrollIntoView({ block: "center" });
