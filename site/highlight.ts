/** Code as HTML, with a class for each kind of word. */
import hljs from "highlight.js/lib/core";
import bash from "highlight.js/lib/languages/bash";
import json from "highlight.js/lib/languages/json";
import typescript from "highlight.js/lib/languages/typescript";
import yaml from "highlight.js/lib/languages/yaml";
import { escapeHtml } from "./html.ts";

hljs.registerLanguage("ts", typescript);
hljs.registerLanguage("json", json);
hljs.registerLanguage("jsonc", json);
hljs.registerLanguage("sh", bash);
hljs.registerLanguage("yaml", yaml);

export function highlight(code: string, language: string): string {
  return hljs.getLanguage(language) ? hljs.highlight(code, { language }).value : escapeHtml(code);
}

/** A block of code. It can be scrolled by keyboard where it is wider than the page. */
export function codeBlock(code: string, language: string): string {
  return `<pre class="code ${language}" tabindex="0"><code>${highlight(code, language)}</code></pre>`;
}
