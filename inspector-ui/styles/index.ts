/** All styles, in their order, for a shadow root: the rules of tokens.css for `:root` become rules for its host. */
import assets from "./assets.css?inline";
import base from "./base.css?inline";
import dialog from "./dialog.css?inline";
import firstVisit from "./first-visit.css?inline";
import frame from "./frame.css?inline";
import graph from "./graph.css?inline";
import partitions from "./partitions.css?inline";
import parts from "./parts.css?inline";
import print from "./print.css?inline";
import responsive from "./responsive.css?inline";
import run from "./run.css?inline";
import storage from "./storage.css?inline";
import tokens from "./tokens.css?inline";
import value from "./value.css?inline";
import versions from "./versions.css?inline";
import why from "./why.css?inline";

const inOrder = [
  tokens,
  base,
  frame,
  parts,
  graph,
  assets,
  value,
  versions,
  why,
  partitions,
  run,
  storage,
  firstVisit,
  dialog,
  responsive,
  print,
];

/** The text of one style sheet for a shadow root. */
export const styles = inOrder
  .join("\n")
  .replace(/:root(\[[^\]]*\])?/g, (_, attribute?: string) => (attribute ? `:host(${attribute})` : ":host"));
