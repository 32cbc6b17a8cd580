const size = { width: 640, height: 200, foot: 20, head: 16 };

/** Draws a bar chart as SVG, with the value above and the label below each bar. */
export function drawChart(bars: readonly { readonly label: string; readonly value: number }[]): SVGSVGElement {
  const svg = create("svg", {
    viewBox: `0 0 ${size.width} ${size.height}`,
    role: "img",
    "aria-label": bars.map(({ label, value }) => `${label}: ${value}`).join(", "),
  });
  const most = Math.max(1, ...bars.map(({ value }) => value));
  const step = size.width / Math.max(1, bars.length);
  const room = size.height - size.foot - size.head;
  for (const [index, { label, value }] of bars.entries()) {
    const height = (value / most) * room;
    const top = size.height - size.foot - height;
    const middle = step * (index + 0.5);
    svg.append(
      create("rect", { x: middle - step * 0.35, y: top, width: step * 0.7, height, rx: 3 }),
      create("text", { x: middle, y: top - 4 }, String(value)),
      create("text", { x: middle, y: size.height - 4 }, label),
    );
  }
  return svg as SVGSVGElement;
}

function create(name: string, attributes: Readonly<Record<string, string | number>>, text = ""): SVGElement {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, String(value));
  element.textContent = text;
  return element;
}
