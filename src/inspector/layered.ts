/** A rectangle that is to be placed. */
export interface Box {
  readonly width: number;
  readonly height: number;
}

/** Where a box is: `layer` counts columns from the left, `order` the boxes of a column from its top. */
export interface Placed extends Box {
  readonly x: number;
  readonly y: number;
  readonly layer: number;
  readonly order: number;
}

export interface Layout {
  /** In the order of the boxes that were given. */
  readonly boxes: readonly Placed[];
  readonly width: number;
  readonly height: number;
}

export interface LayoutOptions {
  /** Between two columns, in pixels. */
  readonly gapX: number;
  /** Between two boxes of a column, in pixels. */
  readonly gapY: number;
}

interface Vertex {
  readonly index: number;
  readonly width: number;
  readonly height: number;
  readonly inputs: Vertex[];
  readonly outputs: Vertex[];
  layer: number;
  order: number;
  wanted: number;
  y: number;
}

const orderSweeps = 8;
const straightenSweeps = 12;

/**
 * Places the boxes of a graph in columns, each to the right of what it is made from: columns by the longest path, sources beside what
 * they feed; sweeps of medians order each column; then rows are pulled straight. An edge that closes a circle is left out of account.
 *
 * @example
 * ```ts
 * const box = { width: 100, height: 40 };
 * layered([box, box], [[0, 1]], { gapX: 30, gapY: 16 }).boxes[1]?.x; // 130
 * ```
 */
export function layered(
  boxes: readonly Box[],
  edges: readonly (readonly [from: number, to: number, ...rest: unknown[]])[],
  options: LayoutOptions,
): Layout {
  if (boxes.length === 0) return { boxes: [], width: 0, height: 0 };
  const vertices = boxes.map(
    ({ width, height }, index): Vertex => ({ index, width, height, inputs: [], outputs: [], layer: 0, order: 0, wanted: 0, y: 0 }),
  );
  connect(vertices, edges);
  const layers = intoLayers(inDependencyOrder(vertices));
  orderLayers(layers);
  const { columns, width } = placeColumns(layers, options);
  straighten(layers, options.gapY);
  const top = vertices.reduce((least, { y }) => Math.min(least, y), Number.POSITIVE_INFINITY);
  const placed = vertices.map(({ layer, order, height, y, width }): Placed => {
    const column = columns[layer];
    return { x: column?.x ?? 0, y: Math.round(y - top), width: column?.width ?? width, height, layer, order };
  });
  return { boxes: placed, width, height: placed.reduce((most, { y, height }) => Math.max(most, y + height), 0) };
}

function connect(vertices: readonly Vertex[], edges: readonly (readonly [from: number, to: number, ...rest: unknown[]])[]): void {
  for (const [from, to] of edges) {
    const input = vertices[from];
    const output = vertices[to];
    if (input === undefined || output === undefined || input === output) continue;
    input.outputs.push(output);
    output.inputs.push(input);
  }
}

/** Every vertex after its inputs, with its layer. A vertex of a circle comes when nothing else is left. */
function inDependencyOrder(vertices: readonly Vertex[]): readonly Vertex[] {
  const waiting = vertices.map(({ inputs }) => inputs.length);
  const isPlaced = vertices.map(() => false);
  const order: Vertex[] = [];
  const place = (vertex: Vertex): void => {
    isPlaced[vertex.index] = true;
    order.push(vertex);
  };
  for (const vertex of vertices) if (vertex.inputs.length === 0) place(vertex);
  let next = 0;
  for (let done = 0; order.length < vertices.length || done < order.length; ) {
    const vertex = order[done];
    if (vertex === undefined) {
      while (isPlaced[next] === true) next += 1;
      const left = vertices[next];
      if (left === undefined) break;
      place(left);
      continue;
    }
    done += 1;
    for (const output of vertex.outputs) {
      waiting[output.index] = (waiting[output.index] ?? 0) - 1;
      if (isPlaced[output.index] === true) continue;
      output.layer = Math.max(output.layer, vertex.layer + 1);
      if (waiting[output.index] === 0) place(output);
    }
  }
  for (const vertex of order) {
    if (vertex.inputs.length > 0 || vertex.outputs.length === 0) continue;
    vertex.layer = Math.max(0, vertex.outputs.reduce((least, { layer }) => Math.min(least, layer), Number.POSITIVE_INFINITY) - 1);
  }
  return order;
}

function intoLayers(order: readonly Vertex[]): readonly Vertex[][] {
  const layers: Vertex[][] = [];
  for (const vertex of order) {
    while (layers.length <= vertex.layer) layers.push([]);
    layers[vertex.layer]?.push(vertex);
  }
  return layers;
}

/** Fewer crossings: each column by the medians of its neighbours, from the left and from the right in turns. */
function orderLayers(layers: readonly Vertex[][]): void {
  const number = (layer: readonly Vertex[]): void => {
    for (const [order, vertex] of layer.entries()) vertex.order = order;
  };
  layers.forEach(number);
  for (let sweep = 0; sweep < orderSweeps; sweep += 1) {
    const isRightward = sweep % 2 === 0;
    for (const layer of isRightward ? layers : [...layers].reverse()) {
      for (const vertex of layer) {
        const near = isRightward ? vertex.inputs : vertex.outputs;
        vertex.wanted = near.length === 0 ? vertex.order : median(near.map(({ order }) => order));
      }
      layer.sort((left, right) => left.wanted - right.wanted || left.order - right.order);
      number(layer);
    }
  }
}

function placeColumns(
  layers: readonly (readonly Vertex[])[],
  { gapX, gapY }: LayoutOptions,
): { readonly columns: readonly { readonly x: number; readonly width: number }[]; readonly width: number } {
  let x = 0;
  const columns = layers.map((layer) => {
    const width = layer.reduce((most, vertex) => Math.max(most, vertex.width), 0);
    const column = { x, width };
    x += width + gapX;
    let y = 0;
    for (const vertex of layer) {
      vertex.y = y;
      y += vertex.height + gapY;
    }
    return column;
  });
  return { columns, width: x - gapX };
}

/** Pulls each box towards the middle of its neighbours, as far as those of its column leave room. */
function straighten(layers: readonly (readonly Vertex[])[], gapY: number): void {
  const centre = (vertex: Vertex): number => vertex.y + vertex.height / 2;
  for (let sweep = 0; sweep < straightenSweeps; sweep += 1) {
    const isRightward = sweep % 2 === 0;
    for (const layer of isRightward ? layers : [...layers].reverse()) {
      for (const vertex of layer) {
        const near = isRightward ? vertex.inputs : vertex.outputs;
        vertex.wanted = near.length === 0 ? vertex.y : median(near.map(centre)) - vertex.height / 2;
      }
      const fromTop: number[] = [];
      let edge = Number.NEGATIVE_INFINITY;
      for (const vertex of layer) {
        const y = Math.max(vertex.wanted, edge);
        fromTop.push(y);
        edge = y + vertex.height + gapY;
      }
      edge = Number.POSITIVE_INFINITY;
      for (let index = layer.length - 1; index >= 0; index -= 1) {
        const vertex = layer[index];
        if (vertex === undefined) continue;
        const y = Math.min(vertex.wanted, edge - vertex.height);
        edge = y - gapY;
        // Halfway between both keeps the distances of both.
        vertex.y = ((fromTop[index] ?? y) + y) / 2;
      }
    }
  }
}

function median(values: number[]): number {
  values.sort((left, right) => left - right);
  return ((values[(values.length - 1) >> 1] ?? 0) + (values[values.length >> 1] ?? 0)) / 2;
}
