/** The feed of one week, a module of its own: it is large, and is loaded when somebody reads it. */
export { default } from "../../node_modules/vega-datasets/data/earthquakes.json" with { type: "json" };
