import { EdgewaterError } from "../../errors.ts";
import type { InputContext, LoadedObject, OutputContext } from "../../io-handler/contexts.ts";
import {
  handlerName,
  type InspectOptions,
  IOHandler,
  type PreviewLimits,
  type StoredValue,
  type ValuePart,
} from "../../io-handler/handler.ts";
import { folderKey } from "../../io-handler/key-layout.ts";
import { secondsSince } from "../../io-handler/stored-object.ts";
import type { Metadata } from "../../metadata/metadata-value.ts";
import { checkPrefix } from "../../object-store/path.ts";
import { checkOptions, describe } from "../../options.ts";
import type { PartitionContext } from "../../partition/partition-context.ts";
import type { Reach } from "../../reach.ts";
import { conditionOf } from "../expression/condition.ts";
import type { Expression } from "../expression/expression.ts";
import type { Snapshot } from "../log/snapshot.ts";
import { filesOf, scan } from "../scan.ts";
import type { StructType } from "../schema/types.ts";
import type { CommitStore } from "../transaction/create-commit.ts";
import { type PartitionExpression, partitionPredicate } from "../values/partition-predicate.ts";
import { rowsFromBatch } from "../values/to-rows.ts";
import { type WriteResult, writeTable } from "../write/write.ts";
import { forms, hintedBy, type LoadedAs, type TableForm } from "./hints.ts";
import { rowCount, tableMetadata } from "./output-metadata.ts";
import { type AssetSettings, type DeltaIOHandlerOptions, handlerKinds, settingsOf } from "./settings.ts";
import { Tables } from "./tables.ts";
import { type DeltaTypeHandler, dataOf, type LoadedTable } from "./type-handler.ts";
import { appIdOf, commitEntry, contentOf, countedWrite, etagOf, findWrite, type LoggedWrite, lastWrite, wipe } from "./writes.ts";

/**
 * Writes the rows of assets to Delta tables, and loads them: `<prefix>/<asset>`, which every engine of Delta Lake reads. The partitions of
 * an asset share its table.
 *
 * A value is an array, an iterable or an async iterable of rows, an object of columns, batches, a table of `@uwdata/flechette` or the
 * bytes of Arrow IPC. It is loaded as rows, unless the option `as` or the type hint of the input says otherwise: {@link rows},
 * {@link columns}, {@link batches}, {@link arrow}. The columns are those of the schema in the type hint of the asset, or are inferred.
 *
 * Adds the metadata `delta/table_uri`, `delta/mode`, `delta/num_rows` and `delta/size_bytes` of the whole table, `delta/version`,
 * `delta/write_duration_s` and `rivers/schema`. The version of the table is the data version, unless the asset gives another.
 *
 * A write takes effect once, also when its step is repeated, and never after one that follows a later event.
 *
 * @example
 * ```ts
 * const io = new DeltaIOHandler({ store: new LocalStore("lake"), partitionExpr: "day" });
 * const quakes = asset({ name: "quakes", ioHandler: io, partitions: dailyPartitions({ start: "2024-01-01" }) }, (_, { partitionKey }) =>
 *   readFeed(partitionKey),
 * );
 * ```
 */
export class DeltaIOHandler<Form extends TableForm = "rows"> extends IOHandler<object, LoadedAs<Form>> {
  override readonly announcesWrites = true;
  override readonly reach: Reach | undefined;
  readonly #options: DeltaIOHandlerOptions<Form>;
  readonly #prefix: string;
  readonly #typeHandlers: readonly DeltaTypeHandler[];
  readonly #tables: Tables;
  /** The values that were written and can be read once only. A retry must not write the rest of one as if it were the whole. */
  readonly #used = new WeakSet<object>();

  /** @throws `InvalidPath` for an invalid prefix, `SettingsError` for any other invalid option */
  constructor(options: DeltaIOHandlerOptions<Form>) {
    super();
    checkOptions("DeltaIOHandler", options, handlerKinds);
    const { store, prefix = "", typeHandlers = [], url } = options;
    this.#options = options;
    this.#prefix = checkPrefix(store.name, prefix);
    this.#typeHandlers = typeHandlers;
    this.#tables = new Tables(store, url);
    this.reach = store.reach;
    // A handler that cannot delete says so by having no such method.
    if (typeof (store as Partial<CommitStore & { delete: unknown }>).delete !== "function") Object.assign(this, { remove: undefined });
  }

  /**
   * Writes a table, or the rows of a partition.
   *
   * @throws `SerializationError` for a value that is no table, `ValidationError` that names the column, and the row, for data that do not
   * fit; `PartitionError` without the column of the partitions; `MetadataError` for invalid metadata of the asset; `AlreadyExists` in the
   * mode `error`; `Conflict` and `PreconditionFailed` when another run has written it meanwhile; `NotSupported` for tables with features
   * that this library cannot write
   */
  override async handleOutput(context: OutputContext, value: object): Promise<void> {
    const start = performance.now();
    const { assetName, signal } = context;
    const settings = this.#settingsOf(context);
    const { mode } = settings;
    const { data, schema: ofData } = await dataOf(this.#unused(value, assetName), this.#typeHandlers, assetName);
    const root = this.#rootOf(assetName, settings);
    const table = this.#tables.at(root);
    const schema = hintedBy(context.typeHint)?.schema ?? ofData;
    const replaceWhere = mode === "overwrite" ? await this.#rowsOf(context.partition, settings, root, schema, signal) : undefined;
    const txn = await countedWrite(context, table);
    context.addOutputMetadata({ "delta/table_uri": table.url ?? root, "delta/mode": mode });
    await context.announce({ path: root, metadata: context.outputMetadata });
    const { retry, unsafeSingleWriter } = this.#options;
    const result = await writeTable(
      { table, unsafeSingleWriter, known: this.#tables.known(root) },
      {
        data,
        mode,
        replaceWhere,
        schema,
        schemaMode: settings.schemaMode,
        partitionBy: context.partition && columnsOf(settings.partitionExpr),
        properties: settings.tableConfig,
        writerProperties: settings.writerProperties,
        commitMetadata: { ...settings.commitProperties?.customMetadata, ...commitEntry(context) },
        txn,
        retry,
        signal,
      },
    );
    await this.#register(context, root, result, txn?.found());
    context.addOutputMetadata({ "delta/write_duration_s": secondsSince(start) });
  }

  /** Registers what was written, as the log of the table tells it. */
  async #register(context: OutputContext, root: string, result: WriteResult, repeated: LoggedWrite | undefined): Promise<void> {
    const { signal } = context;
    const version = repeated?.version ?? result.version;
    const newest = await this.#tables.newest(root, signal);
    const snapshot = newest?.version === version ? newest : await this.#tables.version(root, version, signal);
    const content = contentOf(snapshot.metadata.id, version);
    const isWritten = result.isCommitted || repeated !== undefined;
    const txn = isWritten ? lastWrite(snapshot, await appIdOf(context)) : undefined;
    context.addOutputMetadata(tableMetadata(snapshot));
    context.registerContentVersion(content);
    context.registerWritten({ path: root, etag: txn && etagOf(txn), digest: content });
  }

  /**
   * Loads a table, or the rows of a partition.
   *
   * @throws `NotFound` without a table, or without anything that was written for the partition; `PartitionError` without the column of the
   * partitions; `SettingsError` for a type hint that no type handler loads
   */
  override async loadInput(context: InputContext): Promise<LoadedAs<Form>> {
    const { assetName, partition, signal } = context;
    const settings = this.#settingsOf(context);
    const root = this.#rootOf(assetName, settings);
    const load = this.#loaderOf(context.typeHint, assetName);
    const { version, columns } = settings;
    const snapshot = version === undefined ? await this.#tables.newest(root, signal) : await this.#tables.version(root, version, signal);
    if (snapshot === undefined) throw this.#missing(root, assetName);
    const where = conditionFor(partition, settings, snapshot.schema);
    await this.#registerLoaded(context, snapshot, where);
    const batches = { [Symbol.asyncIterator]: () => scan(snapshot, { columns, where, signal }) };
    return (await load({ schema: schemaOf(snapshot.schema, columns), batches })) as LoadedAs<Form>;
  }

  /** Describes the rows of an asset or a partition by the log of their table. Which write made them is looked up if the digest is asked for. */
  override async inspect(context: InputContext, { digest: isExact }: InspectOptions = {}): Promise<StoredValue | undefined> {
    const { assetName, partition, signal, upstream } = context;
    const settings = this.#settingsOf(context);
    const root = this.#rootOf(assetName, settings);
    const snapshot = await this.#tables.newest(root, signal);
    if (snapshot === undefined) return undefined;
    const appId = await appIdOf(context);
    const txn = lastWrite(snapshot, appId);
    const files = [...filesOf(snapshot, conditionFor(partition, settings, snapshot.schema))];
    const isWiped = txn === undefined && appId !== undefined && snapshot.txns.get(appId) !== undefined;
    if (isWiped || (txn === undefined && files.length === 0 && partition !== undefined)) return undefined;
    const stored = {
      path: root,
      size: files.reduce((sum, { size }) => sum + size, 0),
      lastModified: txn?.lastUpdated === undefined ? undefined : new Date(txn.lastUpdated),
      runId: undefined,
      dataVersion: undefined,
    };
    if (txn === undefined) return stored;
    const etag = etagOf(txn);
    if (!isExact) return { ...stored, etag };
    if (upstream?.stored?.etag === etag) return { ...stored, etag, writeId: upstream.stored.writeId, digest: upstream.stored.digest };
    const write = await findWrite(snapshot.table, snapshot.version, txn, signal);
    const digest = write && contentOf(snapshot.metadata.id, write.version);
    const metadata = tableMetadata(snapshot);
    return { ...stored, etag, writeId: write?.writeId, runId: write?.runId, dataVersion: digest, digest, metadata };
  }

  override identity(context: InputContext): unknown {
    const { mode, schemaMode = null, partitionExpr = null, rootName } = this.#settingsOf(context);
    const { assetName, partition } = context;
    const path = this.#rootOf(assetName, { rootName });
    const handler = handlerName(this, DeltaIOHandler, "DeltaIOHandler");
    return {
      handler,
      store: this.#options.store.name,
      path,
      place: folderKey("", { assetName, partition }),
      mode,
      schemaMode,
      partitionExpr,
    };
  }

  /** Deletes the rows of an asset or a partition in a new version of their table. Earlier versions have them still. */
  override async remove(context: InputContext): Promise<void> {
    const { assetName, partition, signal } = context;
    const settings = this.#settingsOf(context);
    const root = this.#rootOf(assetName, settings);
    const snapshot = await this.#tables.newest(root, signal);
    if (snapshot === undefined) return;
    const appId = await appIdOf(context);
    const txn = appId === undefined ? undefined : snapshot.txns.get(appId);
    const { retry, unsafeSingleWriter } = this.#options;
    await writeTable(
      { table: this.#tables.at(root), unsafeSingleWriter, known: snapshot },
      {
        data: [],
        mode: "overwrite",
        replaceWhere: conditionFor(partition, settings, snapshot.schema),
        commitMetadata: { edgewater: { asset: assetName, wiped: true } },
        txn: txn && wipe(txn),
        retry,
        signal,
      },
    );
  }

  /** Loads some rows. Row groups before and after them are not read. */
  override async preview(context: InputContext, { rows: [from, to] }: PreviewLimits): Promise<ValuePart> {
    const { assetName, partition, signal } = context;
    const settings = this.#settingsOf(context);
    const root = this.#rootOf(assetName, settings);
    const snapshot = await this.#tables.newest(root, signal);
    if (snapshot === undefined) throw this.#missing(root, assetName);
    const { columns } = settings;
    const where = conditionFor(partition, settings, snapshot.schema);
    const total = where === undefined ? rowCount(snapshot) : undefined;
    const shown: Record<string, unknown>[] = [];
    let position = 0;
    for await (const batch of scan(snapshot, { columns, where, signal })) {
      if (position < to) shown.push(...rowsFromBatch(batch).slice(Math.max(from - position, 0), to - position));
      position += batch.rowCount;
      if (position >= to && total !== undefined) break;
    }
    return { value: shown, total: total ?? position };
  }

  #settingsOf({ assetName, assetMetadata }: { readonly assetName: string; readonly assetMetadata: Metadata }): AssetSettings {
    return settingsOf(this.#options, assetMetadata, assetName);
  }

  /** The prefix of the files of a table. */
  #rootOf(assetName: string, { rootName }: Pick<AssetSettings, "rootName">): string {
    if (rootName === undefined) return folderKey(this.#prefix.replace(/\/$/, ""), { assetName });
    return checkPrefix(this.#options.store.name, `${this.#prefix}${rootName}`).replace(/\/$/, "");
  }

  /** The condition on the rows of the partitions that are written. */
  async #rowsOf(
    partition: PartitionContext | undefined,
    settings: AssetSettings,
    root: string,
    schema: StructType | undefined,
    signal: AbortSignal,
  ): Promise<Expression | undefined> {
    if (partition === undefined) return undefined;
    const known = schema ?? (await this.#tables.newest(root, signal))?.schema;
    return conditionFor(partition, settings, known);
  }

  #loaderOf(typeHint: unknown, asset: string): (table: LoadedTable) => unknown {
    const hinted = hintedBy(typeHint) ?? hintedBy(forms[this.#options.as ?? "rows"]());
    if (typeof typeHint !== "function" || "~standard" in typeHint) return (hinted as NonNullable<typeof hinted>).load;
    const own = this.#typeHandlers.find(({ type }) => type === typeHint || typeHint.prototype instanceof type);
    if (own !== undefined) return own.load;
    const known = ["rows()", "columns()", "batches()", "arrow()", ...this.#typeHandlers.map(({ type }) => type.name)];
    const message = `Cannot load ${JSON.stringify(asset)} as ${typeHint.name}: no type handler of its DeltaIOHandler has this class; use ${known.join(", ")}, or add one to typeHandlers`;
    throw new EdgewaterError("SettingsError", message, { asset, field: "typeHint" });
  }

  /** Registers which write made the rows that are loaded. */
  async #registerLoaded(context: InputContext, snapshot: Snapshot, where: Expression | undefined): Promise<void> {
    const { assetName, partition, signal, upstream } = context;
    const appId = await appIdOf(context);
    const txn = lastWrite(snapshot, appId);
    if (txn !== undefined) {
      const known = upstream?.stored?.etag === etagOf(txn) ? upstream.stored : undefined;
      const loaded: LoadedObject | undefined = known ?? (await this.#foundWrite(snapshot, txn, signal));
      if (loaded !== undefined) context.registerLoaded({ writeId: loaded.writeId, digest: loaded.digest });
      return;
    }
    if (appId === undefined || partition === undefined) return;
    const [file] = filesOf(snapshot, where);
    if (file === undefined) throw this.#missing(snapshot.table.root, assetName, partition);
  }

  async #foundWrite(snapshot: Snapshot, txn: Parameters<typeof etagOf>[0], signal: AbortSignal): Promise<LoadedObject | undefined> {
    const write = await findWrite(snapshot.table, snapshot.version, txn, signal);
    return write && { writeId: write.writeId, digest: contentOf(snapshot.metadata.id, write.version) };
  }

  /** @throws `SerializationError` for rows that come one after the other, and were written before */
  #unused(value: unknown, asset: string): unknown {
    if (typeof value !== "object" || value === null) {
      const message = `Cannot write the value of ${JSON.stringify(asset)} to a table: it is ${describe(value)}; return rows, columns, batches or Arrow`;
      throw new EdgewaterError("SerializationError", message, { asset });
    }
    if (!(value instanceof ReadableStream) && typeof (value as Partial<Iterator<unknown>>).next !== "function") return value;
    if (this.#used.has(value)) {
      const message = `Cannot write the rows of ${JSON.stringify(asset)}: they were read before; return a new iterator`;
      throw new EdgewaterError("SerializationError", message, { asset });
    }
    this.#used.add(value);
    return value;
  }

  #missing(root: string, asset: string, partition?: PartitionContext): EdgewaterError<"NotFound"> {
    const { name } = this.#options.store;
    const what = partition === undefined ? "there is no such table" : "it has no rows of the partition";
    const which = partition === undefined ? "" : `, partition ${JSON.stringify(partition.keys.map(String).join(", "))}`;
    const message = `Cannot load ${JSON.stringify(asset)}${which} from the table ${JSON.stringify(root)} in ${name}: ${what}; materialize it first`;
    return new EdgewaterError("NotFound", message, { store: name, key: root, asset });
  }
}

function columnsOf(expression: PartitionExpression | undefined): readonly string[] | undefined {
  if (expression === undefined) return undefined;
  return typeof expression === "string" ? [expression] : Object.values(expression);
}

/** The condition on the rows of the partitions of a call; undefined for all rows. @throws `PartitionError` without their columns */
function conditionFor(
  partition: PartitionContext | undefined,
  { partitionExpr }: AssetSettings,
  schema: StructType | undefined,
): Expression | undefined {
  if (partition === undefined) return undefined;
  const instants = new Set(schema?.fields.filter(({ type }) => type === "timestamp").map(({ name }) => name));
  return conditionOf(partitionPredicate(partition, partitionExpr, instants));
}

function schemaOf(schema: StructType, columns: readonly string[] | undefined): StructType {
  if (columns === undefined) return schema;
  const fields = columns.flatMap((name) => schema.fields.filter((field) => field.name === name));
  return { type: "struct", fields };
}
