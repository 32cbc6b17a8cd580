/** The element with an id. Throws when the page has none, or when it is of another class. */
export function element<Element extends HTMLElement>(id: string, type: new () => Element): Element {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`The page has no ${type.name} with the id ${JSON.stringify(id)}`);
  return found;
}

/** Replaces the rows of a table. The text of a cell is never read as markup. */
export function fillTable(id: string, rows: readonly (readonly string[])[]): void {
  const body = element(id, HTMLTableElement).tBodies[0];
  body?.replaceChildren(
    ...rows.map((cells) => {
      const row = document.createElement("tr");
      row.append(
        ...cells.map((text) => {
          const cell = document.createElement("td");
          cell.textContent = text;
          return cell;
        }),
      );
      return row;
    }),
  );
}
