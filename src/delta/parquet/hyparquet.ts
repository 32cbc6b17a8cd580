/**
 * The bridge to hyparquet and hyparquet-writer, which are pinned as a pair: the writer imports files of exactly its reader. No
 * other file imports them.
 *
 * @module
 */
import type { SchemaElement } from "hyparquet";
import { snappyUncompress } from "hyparquet";
import { ByteWriter, ParquetWriter } from "hyparquet-writer";

export { ByteWriter, ParquetWriter, type SchemaElement, snappyUncompress };
