import { describe, expect, it } from "vitest";
import { type Binding, KeyMatcher, type Press } from "../../../inspector-ui/frame/key-matcher.ts";
import { groupKeys, keyNames } from "../../../inspector-ui/frame/key-names.ts";

const bind = (keys: string, rest: Partial<Binding> = {}): Binding => ({ keys, label: keys, group: "all", run: () => {}, ...rest });
const press = (key: string, rest: Partial<Press> = {}): Press => ({
  key,
  hasModifier: false,
  hasCommand: false,
  isInField: false,
  isInDialog: false,
  at: 0,
  ...rest,
});
const bindings = [bind("j"), bind("g o"), bind("g a"), bind("Mod+k"), bind("Mod+Enter", { inDialog: true })];
const match = (presses: readonly Press[], on = true): (string | undefined)[] => {
  const matcher = new KeyMatcher();
  return presses.map((each) => matcher.match(each, bindings, on)?.keys);
};

describe("keys", () => {
  it("are matched alone, one after another, and with a modifier", () => {
    expect(match([press("j")])).toEqual(["j"]);
    expect(match([press("g"), press("a", { at: 500 })])).toEqual([undefined, "g a"]);
    expect(match([press("k", { hasCommand: true, hasModifier: true })])).toEqual(["Mod+k"]);
  });

  it("forget the first of two after a second, and when another key comes between", () => {
    expect(match([press("g"), press("a", { at: 1_500 })])).toEqual([undefined, undefined]);
    expect(match([press("g"), press("x"), press("a")])).toEqual([undefined, undefined, undefined]);
  });

  it("do nothing in a field, with another modifier, and while they are switched off", () => {
    expect(match([press("j", { isInField: true }), press("j", { hasModifier: true })])).toEqual([undefined, undefined]);
    expect(match([press("j"), press("g"), press("a")], false)).toEqual([undefined, undefined, undefined]);
    expect(match([press("k", { hasCommand: true, hasModifier: true, isInField: true })], false)).toEqual(["Mod+k"]);
  });

  it("do nothing in a dialog but what is meant for it", () => {
    expect(match([press("j", { isInDialog: true }), press("k", { isInDialog: true, hasCommand: true })])).toEqual([undefined, undefined]);
    expect(match([press("Enter", { isInDialog: true, hasCommand: true })])).toEqual(["Mod+Enter"]);
  });

  it("mean what was bound last", () => {
    const later = bind("j", { label: "later" });
    expect(new KeyMatcher().match(press("j"), [...bindings, later], true)).toBe(later);
  });

  it("are listed by group, the last of equal ones only", () => {
    const groups = groupKeys([bind("a"), bind("b", { group: "other" }), bind("a", { label: "again" })]);
    expect(groups.map(([group, list]) => [group, list.map(({ label }) => label)])).toEqual([
      ["all", ["again"]],
      ["other", ["b"]],
    ]);
    expect(keyNames("g o")).toEqual(["g", "o"]);
    expect(keyNames("Enter")).toEqual(["↵"]);
  });
});
