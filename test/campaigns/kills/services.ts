/** A place in S3 and Postgres servers of its own. */
import connect from "postgres";
import { createBucket } from "../../support/servers/buckets.ts";
import { start as startCeph } from "../../support/servers/ceph.ts";
import { start as startPostgres } from "../../support/servers/postgres.ts";
import type { Place } from "./place.ts";

/** Starts both servers. */
export async function startServices(): Promise<{ readonly newPlace: () => Promise<Place> } & AsyncDisposable> {
  const s3 = await startCeph();
  const postgres = await startPostgres();
  const { host, user, password } = postgres.server;
  const urlOf = (name: string): string => `postgres://${user}:${encodeURIComponent(password)}@${host}/${name}`;
  let places = 0;
  return {
    newPlace: async () => {
      const name = `kills${++places}`;
      await createBucket(s3.server, name);
      const sql = connect(urlOf("postgres"), { max: 1, onnotice: () => {} });
      await sql.unsafe(`CREATE DATABASE ${name}`);
      await sql.end();
      const { endpoint, region, accessKeyId, secretAccessKey } = s3.server;
      const store = { bucket: name, endpoint, region, credentials: { accessKeyId, secretAccessKey } };
      return { kind: "services", database: urlOf(name), s3: store };
    },
    [Symbol.asyncDispose]: async () => {
      await postgres.stop();
      await s3.stop();
    },
  };
}
