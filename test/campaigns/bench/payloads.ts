/** The values that serializers are measured with; the same on every run. */

let seed = 42;

function random(): number {
  seed = (seed * 1664525 + 1013904223) >>> 0;
  return seed / 2 ** 32;
}

/** 10,000 flat rows with dates and fields that are undefined or missing, about 2 MB. */
export function rowsWithDates(): unknown[] {
  return Array.from({ length: 10_000 }, (_, id) => ({
    id,
    name: `user ${id}`,
    email: `user${id}@example.com`,
    age: Math.floor(random() * 90),
    score: Math.floor(random() * 1e6) / 100,
    isActive: random() > 0.5,
    createdAt: new Date(1.6e12 + id * 1_234_567),
    updatedAt: new Date(1.65e12 + id * 7_654_321),
    note: random() > 0.3 ? "some note text" : undefined,
    ...(random() > 0.5 ? { tag: "x" } : {}),
  }));
}

/** The configuration of 200 services: Maps, Sets, bigints, regular expressions, URLs, shared objects. */
export function nested(): unknown {
  const owner = { team: "core", page: new URL("https://example.com/core") };
  const service = (index: number): unknown => ({
    name: `service-${index}`,
    owner,
    replicas: BigInt(index),
    match: new RegExp(`^/api/${index}/`, "i"),
    url: new URL(`https://service-${index}.example.com/`),
    tags: new Set(["a", "b", `tag-${index}`]),
    limits: { cpu: index / 10, memory: index * 1024, since: new Date(1.6e12 + index) },
    environment: Object.fromEntries(Array.from({ length: 10 }, (_, key) => [`KEY_${key}`, `value ${key} of ${index}`])),
    after: [owner],
  });
  return { services: new Map(Array.from({ length: 200 }, (_, index) => [`service-${index}`, service(index)])) };
}

/** 1,000,000 doubles and a name. */
export function doubles(): { readonly name: string; readonly values: Float64Array<ArrayBuffer> } {
  return { name: "doubles", values: Float64Array.from({ length: 1_000_000 }, (_, index) => index / 3) };
}

/** 100,000 rows that JSON keeps exactly, about 14 MB. */
export function plainRows(count = 100_000): unknown[] {
  return Array.from({ length: count }, (_, id) => ({
    id,
    name: `row ${id}`,
    value: random() * 1000,
    group: `group-${id % 17}`,
    isOk: random() > 0.5,
    count: Math.floor(random() * 1e6),
    label: "some label text here",
    ratio: random(),
  }));
}
