/** The outline of the land, a module of its own: it is loaded when somebody reads it. */
export { default } from "../../node_modules/world-atlas/land-110m.json" with { type: "json" };
