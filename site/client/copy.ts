/** A button on each block of code that copies it. */

export function addCopyButtons(): void {
  for (const block of document.querySelectorAll<HTMLElement>("pre.code:not(.text, .signature)")) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "copy", textContent: "Copy" });
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(block.textContent);
      button.textContent = "Copied";
      setTimeout(() => {
        button.textContent = "Copy";
      }, 1500);
    });
    const frame = Object.assign(document.createElement("div"), { className: "code-frame" });
    block.replaceWith(frame);
    frame.append(block, button);
  }
}
