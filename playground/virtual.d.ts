/// <reference types="vite/client" />

/** The functions of the pipeline as text, by the name of their asset. Made by the build. */
declare module "virtual:functions" {
  const functions: Readonly<Record<string, string>>;
  export default functions;
}

/** The script before an edited function in its worker. Made by the build. */
declare module "virtual:runtime" {
  const runtime: string;
  export default runtime;
}
