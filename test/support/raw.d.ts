/** Vite gives a file's text for its name with `?raw`. */
declare module "*?raw" {
  const text: string;
  export default text;
}
