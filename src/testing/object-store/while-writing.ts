/** Reads three at a time, over and over, until the writer is done with all rounds or one of them fails. */
export async function whileWriting(rounds: number, write: (round: number) => Promise<unknown>, read: () => Promise<void>): Promise<void> {
  let isOver = false;
  const over = (): void => {
    isOver = true;
  };
  const writer = async (): Promise<void> => {
    for (let round = 1; round <= rounds && !isOver; round++) {
      await write(round);
      await nextTask();
    }
    over();
  };
  const reader = async (): Promise<void> => {
    while (!isOver) {
      await read();
      await nextTask();
    }
  };
  const all = [writer(), reader(), reader(), reader()];
  for (const each of all) each.catch(over);
  await Promise.allSettled(all);
  await Promise.all(all);
}

/** Lets the others have their turn: a store that answers at once would never let go. */
function nextTask(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
