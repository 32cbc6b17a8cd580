import { capabilityCase, holds, type InspectionCase, rejects, same } from "./check.ts";

/** What an inspection shows of values. */
export const valueCases: readonly InspectionCase[] = [
  capabilityCase(
    "shows a table with its columns, rows in any order, and the rows with a text",
    "values",
    (inspection) => inspection.preview("table"),
    async (_, inspection) => {
      const preview = await inspection.preview("table", { rows: [0, 2], sort: ["size", "down"] });
      holds(preview.kind === "table", "the value is a table");
      same([preview.total, preview.rows.map(([id]) => id)], [60, ["r59", "r58"]], "the rows");
      same(
        preview.columns.map(({ name, type, unit }) => [name, type, unit]),
        [
          ["id", "string", undefined],
          ["lon", "number", "degrees-lon"],
          ["lat", "number", "degrees-lat"],
          ["size", "number", undefined],
        ],
        "the columns",
      );
      same(
        preview.columns[1]?.bins?.reduce((sum, count) => sum + count, 0),
        60,
        "the distribution of a column",
      );
      const found = await inspection.preview("table", { find: "R5", rows: [0, 100] });
      holds(found.kind === "table", "what is found is a table");
      same([found.total, found.rows.length, found.rows[0]?.[0]], [11, 11, "r5"], "the rows with a text");
    },
  ),
  capabilityCase(
    "shows a text with its language, and says why it shows nothing",
    "values",
    (inspection) => inspection.preview("text"),
    async ({ repository }, inspection) => {
      await repository.materialize({ selection: ["text"] });
      same(await inspection.preview("text"), { kind: "text", text: "# Rows\n\n60 rows of 1\n", language: "markdown" }, "a text");
      const missing = await inspection.preview("behind");
      same(missing.kind === "refused" && missing.because, "gone", "a value that was never made");
      const large = await inspection.preview("table", { maxBytes: 10 });
      same(large.kind === "refused" && [large.because, large.limit], ["too-large", 10], "a value that is too large");
      await rejects(() => inspection.preview("nobody"), "NotFound");
    },
  ),
  capabilityCase(
    "shows a table that is too large by its first rows",
    "values",
    (inspection) => inspection.preview("table"),
    async (_, inspection) => {
      const refused = await inspection.preview("table", { maxBytes: 10 });
      holds(refused.kind === "refused" && (refused.firstRows ?? 0) > 0, "a value that is too large says that its first rows can be had");
      const preview = await inspection.preview("table", { maxBytes: 10, firstRows: 3 });
      holds(preview.kind === "table", "the first rows are a table");
      same([preview.total, preview.isCut, preview.rows.map(([id]) => id)], [3, true, ["r0", "r1", "r2"]], "the first rows");
      const whole = await inspection.preview("table", { maxBytes: 10, firstRows: 100 });
      same(whole.kind === "table" && [whole.total, whole.isCut], [60, undefined], "all rows, when there are no more");
    },
  ),
  capabilityCase(
    "gives the bytes of a value as they are stored, and of its versions",
    "bytes",
    (inspection) => inspection.bytes("table"),
    async ({ repository, control }, inspection) => {
      const textOf = async (version?: number): Promise<string> => {
        const { name, stream } = await inspection.bytes("table", version === undefined ? {} : { version });
        same(name, "table.superjson", "the name of the file");
        return new Response(stream).text();
      };
      const first = await textOf();
      same((JSON.parse(first) as { readonly json: readonly unknown[] }).json.length, 60, "the rows in the bytes");
      control.source = 2;
      await repository.materialize({ selection: ["table"] });
      await repository.materialize({ selection: ["counted", "daily"], partitionKeys: "all" });
      holds((await textOf()) !== first, "the bytes are those of the newest version");
      const { versions } = await inspection.asset("table");
      same(await textOf(versions.at(-1)?.eventId ?? 0), first, "the bytes of the first version");
      const { name } = await inspection.bytes("daily", { partition: "é/x" });
      same(name, "daily-é-x.superjson", "a name without a slash");
      await rejects(() => inspection.bytes("behind"), "NotFound");
      await rejects(() => inspection.bytes("nobody"), "NotFound");
      await rejects(() => inspection.bytes("daily", { partition: "nowhere" }), "PartitionError");
    },
  ),
  capabilityCase(
    "compares two versions: rows, metadata and code",
    "diff",
    (inspection) => inspection.diff("table", { from: 1, to: 2 }),
    async ({ repository, control }, inspection) => {
      const versions = async (): Promise<readonly number[]> => (await inspection.asset("table")).versions.map(({ eventId }) => eventId);
      control.source = 2;
      await repository.materialize({ selection: ["table"] });
      const [to = 0, from = 0] = await versions();
      const diff = await inspection.diff("table", { from, to, limit: 5 });
      holds(diff.value.kind === "rows", "the value has rows");
      const { key, added, removed, changed, rows } = diff.value;
      same([key, added, removed, changed, rows.length, rows[0]?.sign], ["id", 0, 0, 59, 5, "~"], "the rows that have changed");
      await repository.materialize({ selection: ["table"] });
      const [same2 = 0] = await versions();
      same((await inspection.diff("table", { from: to, to: same2 })).value, { kind: "same" }, "equal versions");
      await rejects(() => inspection.diff("table", { from: 100_000, to }), "NotFound");
    },
  ),
  capabilityCase(
    "lists stored objects with what they are, in pages",
    "objects",
    (inspection) => inspection.objects(),
    async ({ repository }, inspection) => {
      await repository.materialize({ selection: ["text"] });
      const all = await inspection.objects();
      const data = all.rows.filter(({ key }) => key.includes("/versions/"));
      same(
        data.map(({ asset, state }) => [asset, state]).toSorted(),
        [
          ["table", "current"],
          ["text", "current"],
        ],
        "the objects",
      );
      const seen: string[] = [];
      for (let after: string | undefined; ; ) {
        const page = await inspection.objects({ limit: 1, ...(after !== undefined && { after }) });
        seen.push(...page.rows.map(({ key }) => key));
        after = page.next;
        if (after === undefined) break;
      }
      same(
        seen,
        all.rows.map(({ key }) => key),
        "the pages",
      );
      const room = await inspection.storage();
      same([room.values.objects, room.values.isCut], [all.rows.length, false], "the room");
    },
  ),
];
