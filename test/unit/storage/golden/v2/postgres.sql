CREATE TABLE public.edgewater_assets (
    asset_key text NOT NULL COLLATE pg_catalog."C",
    definition text NOT NULL
);
CREATE TABLE public.edgewater_commits (
    id text NOT NULL COLLATE pg_catalog."C",
    last_event_id bigint,
    at bigint NOT NULL
);
CREATE TABLE public.edgewater_dynamic (
    definition text NOT NULL COLLATE pg_catalog."C",
    key text NOT NULL COLLATE pg_catalog."C",
    "position" bigint NOT NULL
);
CREATE TABLE public.edgewater_events (
    id bigint NOT NULL,
    event_type text NOT NULL,
    asset_key text NOT NULL COLLATE pg_catalog."C",
    place text NOT NULL COLLATE pg_catalog."C",
    partition_key text,
    run_id text NOT NULL COLLATE pg_catalog."C",
    "timestamp" bigint NOT NULL,
    data_version text,
    code_version text,
    inputs text NOT NULL,
    metadata text NOT NULL,
    details text
);
CREATE TABLE public.edgewater_guard (
    broken integer NOT NULL,
    CONSTRAINT edgewater_precondition CHECK ((broken = 0))
);
CREATE TABLE public.edgewater_kv (
    key text NOT NULL COLLATE pg_catalog."C",
    value text NOT NULL
);
CREATE TABLE public.edgewater_latest (
    asset_key text NOT NULL COLLATE pg_catalog."C",
    place text NOT NULL COLLATE pg_catalog."C",
    partition_key text,
    first_id bigint,
    event_id bigint,
    materialization_id bigint,
    failure_id bigint,
    run_id text,
    "timestamp" bigint,
    data_version text,
    code_version text,
    inputs text NOT NULL,
    stored text,
    fingerprint text,
    found text
);
CREATE TABLE public.edgewater_leases (
    run_id text NOT NULL COLLATE pg_catalog."C",
    step text NOT NULL COLLATE pg_catalog."C",
    owner text NOT NULL,
    attempt bigint NOT NULL,
    beat bigint NOT NULL,
    ttl_ms bigint NOT NULL,
    holder text,
    at bigint NOT NULL
);
CREATE TABLE public.edgewater_logs (
    "position" bigint NOT NULL,
    run_id text NOT NULL COLLATE pg_catalog."C",
    record text NOT NULL
);
CREATE TABLE public.edgewater_runs (
    run_id text NOT NULL COLLATE pg_catalog."C",
    "position" bigint NOT NULL,
    status text NOT NULL COLLATE pg_catalog."C",
    record text NOT NULL
);
CREATE TABLE public.edgewater_schema (
    one integer NOT NULL,
    version integer NOT NULL,
    min_reader integer NOT NULL,
    min_writer integer NOT NULL,
    last_event_id bigint NOT NULL,
    last_position bigint NOT NULL
);
CREATE TABLE public.edgewater_ticks (
    "position" bigint NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    record text NOT NULL
);
INSERT INTO public.edgewater_assets VALUES ('a', '{"assetKey":"a","kind":"asset","tags":{"a":"b"},"kinds":[],"codeVersion":"1","dependencies":[],"partitions":{"static":["x"]}}');
INSERT INTO public.edgewater_dynamic VALUES ('d', 'z', 5);
INSERT INTO public.edgewater_dynamic VALUES ('d', 'a', 6);
INSERT INTO public.edgewater_events VALUES (1, 'Materialization', 'a', '=x', '{"single":["x"]}', 'r1', 1767225600000, 'v1', NULL, '{}', '{}', NULL);
INSERT INTO public.edgewater_events VALUES (2, 'Materialization', 'b', '', NULL, 'run', 1767225600000, 'v1', NULL, '{"a":"v1"}', '{}', NULL);
INSERT INTO public.edgewater_events VALUES (3, 'StepFailure', 'b', '', NULL, 'r1', 1767225600000, NULL, NULL, '{}', '{"error":{"Text":{"value":"it rained"}}}', NULL);
INSERT INTO public.edgewater_events VALUES (4, 'Materialization', 'a', '=x', '{"single":["x"]}', 'r2', 1767225600000, 'v2', NULL, '{}', '{}', NULL);
INSERT INTO public.edgewater_events VALUES (5, 'RunStart', '', '', NULL, 'r3', 1767225600000, NULL, NULL, '{}', '{}', '{"status":"Started","attempt":2}');
INSERT INTO public.edgewater_events VALUES (6, 'Materialization', 'd', '', NULL, 'r3', 1767225600000, 'v1', NULL, '{"a":"1","b[x]":"2"}', '{}', '{"inputEventIds":{"a":1,"b[x]":7},"stored":{"writeId":"r/1.1","path":"a/it''s ä","etag":"\"e\"","digest":"sha256:0"},"fingerprint":"f1"}');
INSERT INTO public.edgewater_events VALUES (7, 'Observation', 'd', '', NULL, 'r3', 1767225600000, 'v1', NULL, '{}', '{}', '{"stored":{"writeId":"w","path":"p"}}');
INSERT INTO public.edgewater_events VALUES (8, 'StepRetry', 'd', '', NULL, 'r3', 1767225600000, NULL, NULL, '{}', '{}', '{"failure":{"name":"EdgewaterError","message":"it''s raining \u0000 ä","causes":[{"name":"TypeError","message":"fetch failed"}],"frames":["at load (a.ts:1:2)"]}}');
INSERT INTO public.edgewater_events VALUES (9, 'StepFailure', 'd', '', NULL, 'r3', 1767225600000, NULL, NULL, '{"a":"1"}', '{}', '{"failure":{"code":"Unavailable","name":"EdgewaterError","message":"it''s raining \u0000 ä","causes":[{"name":"TypeError","message":"fetch failed"}],"frames":["at load (a.ts:1:2)"]}}');
INSERT INTO public.edgewater_events VALUES (10, 'StepSkipped', 'd', '', NULL, 'r3', 1767225600000, NULL, NULL, '{}', '{}', '{"reason":"nothing changed","unchanged":true}');
INSERT INTO public.edgewater_events VALUES (11, 'RunEnd', '', '', NULL, 'r3', 1767225600000, NULL, NULL, '{}', '{}', '{"status":"Failure","attempt":2}');
INSERT INTO public.edgewater_events VALUES (12, 'Verification', 'a', '=x', '{"single":["x"]}', 'run', 1767225600000, NULL, NULL, '{}', '{}', '{"found":"Missing","materializationId":4}');
INSERT INTO public.edgewater_events VALUES (13, 'Verification', 'b', '', NULL, 'run', 1767225600000, NULL, NULL, '{}', '{}', '{"found":"Replaced","materializationId":2}');
INSERT INTO public.edgewater_kv VALUES ('k', 'AP8=');
INSERT INTO public.edgewater_latest VALUES ('a', '', NULL, 1, 4, 4, NULL, 'r2', 1767225600000, 'v2', NULL, '{}', NULL, NULL, NULL);
INSERT INTO public.edgewater_latest VALUES ('d', '', NULL, 6, 7, 6, 9, 'r3', 1767225600000, 'v1', NULL, '{"a":"1","b[x]":"2"}', '{"writeId":"r/1.1","path":"a/it''s ä","etag":"\"e\"","digest":"sha256:0"}', 'f1', NULL);
INSERT INTO public.edgewater_latest VALUES ('a', '=x', '{"single":["x"]}', 1, 4, 4, NULL, 'r2', 1767225600000, 'v2', NULL, '{}', NULL, NULL, 'Missing');
INSERT INTO public.edgewater_latest VALUES ('b', '', NULL, 2, 2, 2, 3, 'run', 1767225600000, 'v1', NULL, '{"a":"v1"}', NULL, NULL, 'Replaced');
INSERT INTO public.edgewater_leases VALUES ('r4', '', '1.a', 1, 0, 3600000, 'h', 1795872671889);
INSERT INTO public.edgewater_leases VALUES ('r4', 's', '1.a', 1, 0, 1000, NULL, 1795872671890);
INSERT INTO public.edgewater_logs VALUES (2, 'r1', '{"runId":"r1","step":"b","level":"warn","message":"rain","timestamp":5}');
INSERT INTO public.edgewater_runs VALUES ('r1', 1, 'Success', '{"runId":"r1","status":"Success","nodeNames":["a"],"tags":{"who":"me"},"startTime":1767225600000,"endTime":1767225600001}');
INSERT INTO public.edgewater_runs VALUES ('r2', 3, 'Started', '{"runId":"r2","status":"Started","nodeNames":["a"],"tags":{},"startTime":1767225600000}');
INSERT INTO public.edgewater_runs VALUES ('r3', 7, 'Failure', '{"runId":"r3","status":"Failure","nodeNames":["a"],"tags":{},"startTime":1767225600000,"endTime":1767225600001,"kind":"write","attempt":2}');
INSERT INTO public.edgewater_runs VALUES ('r4', 8, 'Started', '{"runId":"r4","status":"Started","nodeNames":["a"],"tags":{},"startTime":1767225600000,"kind":"materialize","attempt":1}');
INSERT INTO public.edgewater_schema VALUES (1, 2, 2, 2, 13, 8);
INSERT INTO public.edgewater_ticks VALUES (4, 't', '{"name":"t","timestamp":1,"status":"Skipped","detail":[1]}');
ALTER TABLE ONLY public.edgewater_assets
    ADD CONSTRAINT edgewater_assets_pkey PRIMARY KEY (asset_key);
ALTER TABLE ONLY public.edgewater_commits
    ADD CONSTRAINT edgewater_commits_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.edgewater_dynamic
    ADD CONSTRAINT edgewater_dynamic_pkey PRIMARY KEY (definition, key);
ALTER TABLE ONLY public.edgewater_events
    ADD CONSTRAINT edgewater_events_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.edgewater_kv
    ADD CONSTRAINT edgewater_kv_pkey PRIMARY KEY (key);
ALTER TABLE ONLY public.edgewater_latest
    ADD CONSTRAINT edgewater_latest_pkey PRIMARY KEY (asset_key, place);
ALTER TABLE ONLY public.edgewater_leases
    ADD CONSTRAINT edgewater_leases_pkey PRIMARY KEY (run_id, step);
ALTER TABLE ONLY public.edgewater_logs
    ADD CONSTRAINT edgewater_logs_pkey PRIMARY KEY ("position");
ALTER TABLE ONLY public.edgewater_runs
    ADD CONSTRAINT edgewater_runs_pkey PRIMARY KEY (run_id);
ALTER TABLE ONLY public.edgewater_runs
    ADD CONSTRAINT edgewater_runs_position_key UNIQUE ("position");
ALTER TABLE ONLY public.edgewater_schema
    ADD CONSTRAINT edgewater_schema_pkey PRIMARY KEY (one);
ALTER TABLE ONLY public.edgewater_ticks
    ADD CONSTRAINT edgewater_ticks_pkey PRIMARY KEY ("position");
CREATE INDEX edgewater_commits_by_time ON public.edgewater_commits USING btree (at);
CREATE INDEX edgewater_events_by_asset ON public.edgewater_events USING btree (asset_key, id);
CREATE INDEX edgewater_events_by_place ON public.edgewater_events USING btree (asset_key, place, id);
CREATE INDEX edgewater_events_by_run ON public.edgewater_events USING btree (run_id, id);
CREATE INDEX edgewater_logs_by_run ON public.edgewater_logs USING btree (run_id, "position");
CREATE INDEX edgewater_runs_by_status ON public.edgewater_runs USING btree (status, "position");
CREATE INDEX edgewater_ticks_by_name ON public.edgewater_ticks USING btree (name, "position");
