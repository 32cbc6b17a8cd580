/// <reference types="vite/client" />

/** The functions of the pipeline as text, by the name of their asset. Made by the build. */
declare module "virtual:functions" {
  export const functions: Readonly<Record<string, string>>;
}

/** The script before an edited function in its worker. Made by the build. */
declare module "virtual:runtime" {
  export const runtime: string;
}
