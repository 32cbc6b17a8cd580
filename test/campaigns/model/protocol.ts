/** The rules of a run, as `src/run` has them: one action at a time, between which anybody else may act. */
import {
  type Action,
  type Condition,
  latestOf,
  type Options,
  type Process,
  type Request,
  type State,
  stepOf,
  type Write,
} from "./world.ts";

/** The rules that can be left out, and what they say. */
export const rules = {
  owner: "every commit of a run requires that its owner still has it",
  claim: "every commit of a worker requires that it still has the claim of its step",
  latest: "the start, the announcement and the record require that nobody else has recorded the output",
  conditions: "a write replaces exactly the object that was seen",
  help: "who finds an announced value records it before anything else",
  own: "a step that starts again looks first whether its run has recorded it",
  provenance: "who has loaded a value asks which write it was",
  overtaken: "a look that finds an unknown value reads the record again",
} as const;

/** The actions of a process under these options. */
export function protocol({ etags, plans, without }: Options): (state: State, process: Process, name: string) => Action | undefined {
  return (state, process, name) => {
    const { run, index, at } = process;
    const plan = plans[run] as readonly string[];
    const asset = plan[index] as string;
    const base = process["base"] as number;
    const write = process["write"] as Write;
    const from = process["from"] as string;
    const to = (next: string, known: Readonly<Record<string, unknown>> = {}): Process => ({ ...process, ...known, at: next });
    /** Of a worker: the owner of the run that sent the step, and the claim that the worker has seen or taken. */
    const { token, seenClaim, hasClaim } = process as Partial<Record<"token" | "seenClaim", string>> & { readonly hasClaim?: true };
    const worker = { token, seenClaim, hasClaim };
    const owns: Condition = { rule: "owner", run, is: token ?? name };
    const holds: Condition = { rule: "claim", run, asset, is: hasClaim ? name : seenClaim };
    const mayCommit: readonly Condition[] = token === undefined ? [owns] : [owns, holds];
    const isLatest: Condition = { rule: "latest", asset, is: base };
    type Commit = Omit<Extract<Request, { readonly kind: "commit" }>, "kind" | "what">;
    const commit = (what: string, given: Commit, done: Process, refused: Process, none: Process = fail()): Action => ({
      label: what,
      request: { kind: "commit", what: `${name} ${what}`, ...by(given.records !== undefined), ...given },
      answered: (answer) => (answer === "done" ? { ...done, ...(token && { hasClaim: true }) } : answer === "refused" ? refused : none),
    });
    /** Who commits. A worker takes, renews or ends its claim with every commit. */
    const by = (isEnd: boolean): Pick<Commit, "as" | "claims" | "isFirst"> => {
      if (token === undefined) return { as: { run, owner: name } };
      const claims = { run, asset, is: isEnd ? "ended" : name };
      return { as: { run, owner: token, worker: { name, asset } }, claims, isFirst: !hasClaim };
    };
    /** The next asset of the plan, or the end of the run. */
    const goOn = (made?: Write): Process => {
      const { told = [], recovers, losses } = process;
      if (token !== undefined) return { at: "done", run, index, told: made ? [made] : [] };
      const next = { run, index: index + 1, recovers, losses, told: made ? [...(told as Write[]), made] : told };
      return { ...next, at: index + 1 < plan.length ? (recovers ? "reads again" : "reads") : "ends" };
    };
    const fail = (): Process => to(token === undefined ? "fails" : "failed");
    /** A lost race: the step from its start, once; then it gives up. */
    const again = (): Process => {
      const { told, recovers } = process;
      const losses = process["losses"] as number;
      if (losses === 0) return fail();
      return { at: "reads again", run, index, recovers, losses: losses - 1, told, ...worker };
    };
    /** A look at the object of an asset: at the object, then at its announcement, and where there is none at the record again. */
    const looks = (of: string, latest: number, back: string): Process => to("looks", { of, latest, back });
    const looked = (found: string, seen?: Write): Process => to(process["back"] as string, { found, seen, of: undefined, back: undefined });

    switch (at) {
      case "begins":
        return commit(
          "begins",
          { conditions: [{ rule: "owner", run, is: undefined }], owner: { run, is: name } },
          to("reads"),
          to("dead"),
          to("dead"),
        );

      case "is delivered": {
        const seen = state.claims[stepOf(run, asset)];
        if (seen === "ended") return { label: "finds that its step has ended", next: to("done") };
        return { label: `sees ${seen === undefined ? "no claim" : `the claim of ${seen}`}`, next: to("reads again", { seenClaim: seen }) };
      }

      case "waits": {
        const owner = state.owners[run];
        return owner === undefined || owner === name
          ? undefined
          : { label: `sees the owner ${owner}`, next: to("takes over", { seen: owner }) };
      }
      case "takes over": {
        const seen: Condition = { rule: "owner", run, is: process["seen"] as string };
        const taken = to("lists", { seen: undefined, recovers: true });
        return commit("takes over", { conditions: [seen], owner: { run, is: name } }, taken, to("dead"), to("dead"));
      }
      case "lists": {
        const open = Object.keys(state.intents).filter((each) => state.intents[each]?.run === run);
        return { label: `finds the announcements ${open}`, next: to("recovers", { open }) };
      }
      case "recovers": {
        const [first] = process["open"] as Write[];
        const intent = first === undefined ? undefined : state.intents[first];
        if (first === undefined) return { label: "has recovered", next: { ...to("reads again"), open: undefined } };
        if (intent === undefined)
          return { label: `finds ${first} settled`, next: to("recovers", { open: (process["open"] as Write[]).slice(1) }) };
        return { label: `reads the record of ${intent.asset}`, next: looks(intent.asset, latestOf(state, intent.asset), "recovered") };
      }
      case "recovered": {
        const [first, ...open] = process["open"] as Write[];
        const intent = state.intents[first as Write];
        const next = to("recovers", { open, found: undefined, seen: undefined });
        if (process["found"] !== "announced" || process["seen"] !== first || intent === undefined)
          return { label: `leaves ${first}`, next };
        return recordAnnounced(
          first as Write,
          process["latest"] as number,
          [owns],
          to("recovers", { found: undefined, seen: undefined }),
          next,
        );
      }

      case "reads":
      case "reads again": {
        const next = at === "reads again" && without !== "own" ? "looks for its own" : "expects";
        return { label: `reads the record of ${asset}`, next: to(next, { base: latestOf(state, asset) }) };
      }
      case "looks for its own": {
        const own = state.log.find((each) => each.run === run && each.asset === asset);
        if (own === undefined) return { label: "finds nothing of its run", next: to("expects") };
        return {
          label: `finds ${own.write} recorded`,
          next: token === undefined ? goOn(own.write) : to("ends its step", { own: own.write }),
        };
      }
      case "ends its step": {
        const ended = { conditions: mayCommit, ...by(true) };
        return commit("ends its step", ended, goOn(process["own"] as Write), to("failed"), to("failed"));
      }
      case "expects": {
        const recorded = state.log[base - 1]?.write;
        if (recorded === undefined || etags === "none") return { label: `asks what ${asset} has`, next: looks(asset, base, "has looked") };
        return { label: `expects ${recorded}`, next: to("starts", { expected: etags === "content" ? recorded.split("=")[1] : recorded }) };
      }
      case "has looked": {
        const seen = process["seen"] as Write | undefined;
        if (process["found"] === "overtaken") return { label: "is overtaken", next: again() };
        if (process["found"] === "announced") return recordAnnounced(seen as Write, base, [], again(), again());
        const object = process["object"] ?? "";
        return {
          label: "knows what it replaces",
          next: to("starts", { expected: object, found: undefined, seen: undefined, object: undefined, latest: undefined }),
        };
      }
      case "starts": {
        const made = asset === "a" ? computed(`u${state.input}`) : to("loads");
        return commit(`starts ${asset}`, { conditions: [...mayCommit, isLatest], starts: { run, asset } }, made, why());
      }

      case "loads": {
        const latest = latestOf(state, "a");
        return latest === 0 ? { label: "finds no a", next: fail() } : { label: "reads the record of a", next: to("gets", { latest }) };
      }
      case "gets": {
        const recorded = state.log[(process["latest"] as number) - 1]?.write;
        const loaded = state.objects["a"]?.write as Write;
        const isKnown = loaded === recorded || without === "provenance";
        const said = isKnown ? recorded : loaded;
        return { label: `loads ${loaded}`, next: isKnown ? computed(said as Write, loaded) : to("asks", { loaded }) };
      }
      case "asks": {
        const loaded = process["loaded"] as Write;
        const latest = latestOf(state, "a");
        if (state.log[latest - 1]?.write === loaded) return { label: `finds ${loaded} recorded`, next: computed(loaded) };
        const isOlder = state.log.some((each) => each.write === loaded);
        return { label: `finds ${loaded} ${isOlder ? "as an older value" : "not recorded"}`, next: to("asks what is there", { isOlder }) };
      }
      case "asks what is there":
        return { label: "reads the record of a again", next: looks("a", latestOf(state, "a"), "knows") };
      case "knows": {
        const loaded = process["loaded"] as Write;
        const rest = { found: undefined, seen: undefined, latest: undefined, object: undefined, loaded: undefined, isOlder: undefined };
        const next = to("loads", rest);
        if (process["found"] === "announced") return recordAnnounced(process["seen"] as Write, process["latest"] as number, [], next, next);
        if (process["found"] === "unknown" && process["isOlder"])
          return { label: `takes ${loaded} as the older value that it is`, next: computed(loaded) };
        if (process["found"] === "unknown")
          return { label: `takes ${loaded} as a value that nobody has recorded`, next: computed("?", loaded) };
        return { label: "loads again", next };
      }

      case "announces": {
        const announces = { asset, write, run, from, base };
        return commit(`announces ${write}`, { conditions: [...mayCommit, isLatest], announces }, to("puts"), why());
      }
      case "puts": {
        const request: Request = { kind: "put", asset, write, expected: process["expected"] as string, base };
        const answered = (answer: string): Process =>
          answer === "done" ? to("records") : to("reads after its put", { isRefused: answer === "refused" });
        return { label: `puts ${write}`, request, answered };
      }
      case "reads after its put":
        return { label: `reads the record of ${asset}`, next: looks(asset, latestOf(state, asset), "has looked after its put") };
      case "has looked after its put": {
        const { found, seen, isRefused } = process;
        const rest = { found: undefined, seen: undefined, isRefused: undefined, latest: undefined, object: undefined };
        if (found === "announced" && seen === write) return { label: `finds ${write} stored`, next: to("records", rest) };
        if (found === "overtaken" || process["latest"] !== base) return { label: "has lost the race", next: again() };
        if (found === "announced") return recordAnnounced(seen as Write, base, [], again(), again());
        if (!isRefused) return { label: "has no answer", next: fail() };
        return { label: "writes over what it has found", next: to("announces", { ...rest, expected: process["object"] ?? "" }) };
      }
      case "records": {
        const already = process["at object"] as Write | undefined;
        const records = { asset, write: already ?? write, run, from };
        const conditions: Condition[] = already ? [...mayCommit, isLatest] : [...mayCommit, isLatest, { rule: "intent", write }];
        const asks = to("asks for its record");
        return commit(`records ${records.write}`, { conditions, records, forgets: [write] }, goOn(records.write), asks, asks);
      }
      case "asks for its record": {
        const isRecorded = state.log.some((each) => each.write === write);
        return isRecorded ? { label: `finds ${write} recorded`, next: goOn(write) } : { label: "is not recorded", next: why() };
      }
      case "asks why": {
        const isHeld = token === undefined || state.claims[stepOf(run, asset)] === (hasClaim ? name : seenClaim);
        const isOwner = state.owners[run] === (token ?? name) && isHeld;
        return { label: isOwner ? "has lost the race" : "was taken over", next: isOwner ? again() : to("failed") };
      }

      case "looks": {
        const object = state.objects[process["of"] as string];
        const recorded = state.log[(process["latest"] as number) - 1]?.write;
        const known = to("looks for the announcement", { seen: object?.write, object: object?.etag });
        const isKnown = object === undefined || object.write === recorded;
        return { label: `finds ${object?.write ?? "nothing"}`, next: isKnown ? { ...looked("recorded"), object: object?.etag } : known };
      }
      case "looks for the announcement": {
        const seen = process["seen"] as Write;
        const isAnnounced = state.intents[seen] !== undefined && without !== "help";
        return {
          label: `finds ${isAnnounced ? "an" : "no"} announcement`,
          next: isAnnounced ? looked("announced", seen) : to("reads the record again"),
        };
      }
      case "reads the record again": {
        const isMoved = latestOf(state, process["of"] as string) !== process["latest"] && without !== "overtaken";
        return {
          label: isMoved ? "finds a new record" : "finds the same record",
          next: looked(isMoved ? "overtaken" : "unknown", process["seen"] as Write),
        };
      }

      case "ends":
        return commit("ends", { conditions: [owns], owner: { run, is: undefined } }, to("done"), to("failed"), to("done"));
      case "fails":
        return commit("fails", { conditions: [owns], owner: { run, is: undefined } }, to("failed"), to("failed"), to("failed"));
    }
    return undefined;

    function why(): Process {
      return to("asks why");
    }

    /** A value was made: the inputs that are recorded, and the inputs that were read. */
    function computed(said: string, really = said): Process {
      const count = ((process["writes"] as number | undefined) ?? 0) + 1;
      const made = `${name}.${process["losses"]}${count}=${really.split("=")[0]}`;
      const { told, recovers, losses, expected } = process;
      const known = { run, index, told, recovers, losses, base, expected, write: made, from: said.split("=")[0], ...worker };
      // Where etags name content, recorded bytes are recorded again and not written.
      const recorded = state.log[base - 1];
      if (
        etags === "content" &&
        recorded &&
        recorded.write.split("=")[1] === made.split("=")[1] &&
        state.objects[asset]?.write === recorded.write
      )
        return { ...known, at: "records", "at object": recorded.write };
      return { ...known, at: "announces" };
    }

    function recordAnnounced(found: Write, latest: number, more: readonly Condition[], done: Process, refused: Process): Action {
      const intent = state.intents[found];
      if (intent === undefined) return { label: `finds ${found} settled`, next: refused };
      const conditions: Condition[] = [...more, { rule: "intent", write: found }, { rule: "latest", asset: intent.asset, is: latest }];
      const records = { asset: intent.asset, write: found, run: intent.run, from: intent.from, isAdopted: true } as const;
      const what = `records ${found} for ${intent.run}`;
      const request: Request = { kind: "commit", what: `${name} ${what}`, conditions, records, forgets: [found] };
      return { label: what, request, answered: (answer) => (answer === "done" ? done : answer === "refused" ? refused : fail()) };
    }
  };
}
