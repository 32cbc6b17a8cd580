/** Random tests try the same values in every run, so that a change is what makes one fail. The campaigns try others. */
import { configureGlobal } from "fast-check";

configureGlobal({ seed: 20261128 });
