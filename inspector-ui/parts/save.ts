/** Saves a stream as a file: straight to the disk where the browser lets one choose a file, else through memory. */
export async function saveStream(stream: ReadableStream<Uint8Array>, name: string): Promise<void> {
  const picker = (
    globalThis as { showSaveFilePicker?: (options: object) => Promise<{ createWritable: () => Promise<WritableStream<Uint8Array>> }> }
  ).showSaveFilePicker;
  if (picker !== undefined) {
    const file = await chosen(() => picker({ suggestedName: name }), stream);
    if (file === "refused") return;
    if (file !== undefined) {
      await stream.pipeTo(await file.createWritable());
      return;
    }
  }
  const blob = await new Response(stream).blob();
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The download has begun when the next task runs; the bytes are kept until then.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** The chosen file; `refused` when the dialog was left; undefined when it cannot be shown here. */
async function chosen<File>(pick: () => Promise<File>, stream: ReadableStream<Uint8Array>): Promise<File | "refused" | undefined> {
  try {
    return await pick();
  } catch (error) {
    if (!(error instanceof DOMException && error.name === "AbortError")) return undefined;
    await stream.cancel();
    return "refused";
  }
}
