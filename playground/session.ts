/** The repository of a place: the pipeline with the functions that were edited there, and the inspection over it. */
import { type AnyDefinition, Repository, Storage, SuperJsonIOHandler } from "edgewater";
