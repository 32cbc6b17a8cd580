/** Vite gives the text of a style sheet, minified in a build, for its name with `?inline`. */
declare module "*.css?inline" {
  const text: string;
  export default text;
}
