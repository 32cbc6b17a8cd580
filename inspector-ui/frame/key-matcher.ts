/** What a key event tells, as far as bindings ask. */
export interface Press {
  readonly key: string;
  readonly hasModifier: boolean;
  readonly hasCommand: boolean;
  /** Whether it was pressed in something that takes text. */
  readonly isInField: boolean;
  /** Whether a dialog is open. */
  readonly isInDialog: boolean;
  /** Milliseconds on any clock. */
  readonly at: number;
}

export interface Binding {
  /** `j`, `g o` for one after the other, or `Mod+k` for ⌘K on a Mac and Ctrl+K elsewhere. */
  readonly keys: string;
  /** What it does, for the list of keys. */
  readonly label: string;
  readonly group: string;
  /** Whether it also works while a dialog is open. */
  readonly inDialog?: boolean;
  readonly run: () => void;
}

const chordMs = 1_000;
const isModified = (binding: Binding): boolean => binding.keys.startsWith("Mod+");

/** Finds what a press means. Keys without a modifier do nothing in fields, in dialogs, and while they are switched off. */
export class KeyMatcher {
  #first: { readonly key: string; readonly at: number } | undefined;

  match(press: Press, bindings: readonly Binding[], singleKeys: boolean): Binding | undefined {
    const able = bindings.filter((binding) => !press.isInDialog || binding.inDialog === true);
    if (press.hasCommand) {
      this.#first = undefined;
      return last(able.filter((binding) => isModified(binding) && binding.keys.slice(4).toLowerCase() === press.key.toLowerCase()));
    }
    if (press.hasModifier || press.isInField || !singleKeys) {
      this.#first = undefined;
      return undefined;
    }
    const first = this.#first !== undefined && press.at - this.#first.at < chordMs ? this.#first.key : undefined;
    this.#first = undefined;
    if (first !== undefined) {
      const chord = last(able.filter((binding) => binding.keys === `${first} ${press.key}`));
      if (chord !== undefined) return chord;
    }
    if (able.some((binding) => binding.keys.startsWith(`${press.key} `))) this.#first = { key: press.key, at: press.at };
    return last(able.filter((binding) => binding.keys === press.key));
  }
}

/** What was bound last is nearest to what is shown. */
const last = (bindings: readonly Binding[]): Binding | undefined => bindings.at(-1);
