/** The parts of d3-geo and topojson-client that draw the map. */
export { geoEqualEarth, geoGraticule10, geoPath } from "d3-geo";
export { feature } from "topojson-client";
