/**
 * `edgewater/inspector/ui`: the files of the inspector's page, as text. `npm run build` writes them over this module; in the source
 * tree there are none.
 *
 * @module
 */

/** A file of the page. */
export interface PageFile {
  /** The media type, such as `text/javascript; charset=utf-8`. */
  readonly type: string;
  /** What is in it. */
  readonly text: string;
}

/**
 * The files of the inspector's page by their paths: `index.html`, and what it loads below `ui/`, with a hash in each name. The handler
 * of `edgewater/inspector` serves them by itself; write them to a folder to let something else do it.
 */
export const files: Readonly<Record<string, PageFile>> = {};
