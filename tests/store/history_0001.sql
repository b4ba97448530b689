BEGIN TRANSACTION;
CREATE TABLE alert_state (
	target_id INTEGER NOT NULL,
	rule VARCHAR(255) NOT NULL,
	state VARCHAR(16) NOT NULL,
	since BIGINT NOT NULL,
	tally INTEGER NOT NULL,
	incident VARCHAR(255),
	sequence_no INTEGER NOT NULL,
	CONSTRAINT pk_alert_state PRIMARY KEY (target_id, rule),
	CONSTRAINT fk_alert_state_target_id FOREIGN KEY(target_id) REFERENCES target (id)
)
 WITHOUT ROWID
;
INSERT INTO "alert_state" VALUES(5,'down','ok',1777896120000,0,NULL,0);
CREATE TABLE cache (
	cache_key VARCHAR(767) NOT NULL,
	validator TEXT NOT NULL,
	kept_at BIGINT NOT NULL,
	fresh_until BIGINT NOT NULL,
	size INTEGER NOT NULL,
	body BLOB NOT NULL,
	CONSTRAINT pk_cache PRIMARY KEY (cache_key)
);
CREATE TABLE colter_schema (
	version_num VARCHAR(32) NOT NULL,
	CONSTRAINT colter_schema_pkc PRIMARY KEY (version_num)
);
INSERT INTO "colter_schema" VALUES('0001');
CREATE TABLE daily_count (
	target_id INTEGER NOT NULL,
	series VARCHAR(64) NOT NULL,
	day DATE NOT NULL,
	amount BIGINT NOT NULL,
	CONSTRAINT pk_daily_count PRIMARY KEY (target_id, series, day),
	CONSTRAINT fk_daily_count_target_id FOREIGN KEY(target_id) REFERENCES target (id)
)
 WITHOUT ROWID
;
INSERT INTO "daily_count" VALUES(1,'views','2026-05-04',0);
INSERT INTO "daily_count" VALUES(2,'views','2026-05-04',1);
INSERT INTO "daily_count" VALUES(3,'views','2026-05-04',2);
CREATE TABLE event (
	id INTEGER NOT NULL,
	target_id INTEGER NOT NULL,
	kind VARCHAR(64) NOT NULL,
	event_key VARCHAR(255) NOT NULL,
	title TEXT NOT NULL,
	at BIGINT NOT NULL,
	url TEXT NOT NULL,
	reading_id INTEGER NOT NULL,
	CONSTRAINT pk_event PRIMARY KEY (id),
	CONSTRAINT fk_event_reading_id FOREIGN KEY(reading_id) REFERENCES reading (id),
	CONSTRAINT fk_event_target_id FOREIGN KEY(target_id) REFERENCES target (id),
	CONSTRAINT uq_event_target_id_kind_event_key UNIQUE (target_id, kind, event_key)
);
INSERT INTO "event" VALUES(1,1,'issue','0','It breaks',1777896000000,'',1);
INSERT INTO "event" VALUES(2,2,'issue','0','It breaks',1777896000000,'',2);
INSERT INTO "event" VALUES(3,3,'issue','0','It breaks',1777896000000,'',3);
INSERT INTO "event" VALUES(4,2,'issue','1','It breaks',1777896060000,'',5);
INSERT INTO "event" VALUES(5,3,'issue','1','It breaks',1777896060000,'',6);
INSERT INTO "event" VALUES(6,3,'issue','2','It breaks',1777896120000,'',8);
CREATE TABLE last_number (
	target_id INTEGER NOT NULL,
	metric_id INTEGER NOT NULL,
	at BIGINT NOT NULL,
	value DOUBLE NOT NULL,
	previous DOUBLE,
	CONSTRAINT pk_last_number PRIMARY KEY (target_id, metric_id),
	CONSTRAINT fk_last_number_metric_id FOREIGN KEY(metric_id) REFERENCES metric (id),
	CONSTRAINT fk_last_number_target_id FOREIGN KEY(target_id) REFERENCES target (id)
)
 WITHOUT ROWID
;
INSERT INTO "last_number" VALUES(1,1,1777896000000,2.0,NULL);
INSERT INTO "last_number" VALUES(1,2,1777896000000,0.0,NULL);
INSERT INTO "last_number" VALUES(2,1,1777896060000,2.0,2.0);
INSERT INTO "last_number" VALUES(2,2,1777896060000,1.0,0.0);
INSERT INTO "last_number" VALUES(3,1,1777896120000,2.0,2.0);
INSERT INTO "last_number" VALUES(3,2,1777896120000,2.0,1.0);
CREATE TABLE last_reading (
	target_id INTEGER NOT NULL,
	at BIGINT NOT NULL,
	reading_id INTEGER NOT NULL,
	good_reading_id INTEGER,
	CONSTRAINT pk_last_reading PRIMARY KEY (target_id),
	CONSTRAINT fk_last_reading_good_reading_id FOREIGN KEY(good_reading_id) REFERENCES reading (id),
	CONSTRAINT fk_last_reading_reading_id FOREIGN KEY(reading_id) REFERENCES reading (id),
	CONSTRAINT fk_last_reading_target_id FOREIGN KEY(target_id) REFERENCES target (id)
);
INSERT INTO "last_reading" VALUES(1,1777896000000,1,1);
INSERT INTO "last_reading" VALUES(2,1777896060000,5,5);
INSERT INTO "last_reading" VALUES(3,1777896120000,8,8);
INSERT INTO "last_reading" VALUES(4,1777896120000,9,NULL);
CREATE TABLE last_result (
	target_id INTEGER NOT NULL,
	at BIGINT NOT NULL,
	state VARCHAR(16) NOT NULL,
	since BIGINT NOT NULL,
	round_id INTEGER NOT NULL,
	position INTEGER NOT NULL,
	CONSTRAINT pk_last_result PRIMARY KEY (target_id),
	CONSTRAINT fk_last_result_round_id FOREIGN KEY(round_id) REFERENCES round (id),
	CONSTRAINT fk_last_result_target_id FOREIGN KEY(target_id) REFERENCES target (id)
);
INSERT INTO "last_result" VALUES(5,1777896120000,'up',1777896000000,3,0);
INSERT INTO "last_result" VALUES(6,1777896120000,'up',1777896000000,3,1);
CREATE TABLE mark (
	target_id INTEGER NOT NULL,
	name VARCHAR(255) NOT NULL,
	value TEXT NOT NULL,
	CONSTRAINT pk_mark PRIMARY KEY (target_id, name),
	CONSTRAINT fk_mark_target_id FOREIGN KEY(target_id) REFERENCES target (id)
)
 WITHOUT ROWID
;
INSERT INTO "mark" VALUES(1,'issue','0');
INSERT INTO "mark" VALUES(2,'issue','1');
INSERT INTO "mark" VALUES(3,'issue','2');
CREATE TABLE metric (
	id INTEGER NOT NULL,
	source VARCHAR(32) NOT NULL,
	name VARCHAR(255) NOT NULL,
	help TEXT NOT NULL,
	prometheus VARCHAR(255) NOT NULL,
	measurement VARCHAR(255) NOT NULL,
	field VARCHAR(255) NOT NULL,
	unit VARCHAR(32) NOT NULL,
	kind VARCHAR(16) NOT NULL,
	labels TEXT NOT NULL,
	heading VARCHAR(255) NOT NULL,
	CONSTRAINT pk_metric PRIMARY KEY (id),
	CONSTRAINT uq_metric_source_name UNIQUE (source, name)
);
INSERT INTO "metric" VALUES(1,'github','forks','Forks.','colter_github_repo_forks','github_repo_stats','forks','','gauge','[]','');
INSERT INTO "metric" VALUES(2,'github','stars','Stars.','colter_github_repo_stars','github_repo_stats','stars','','gauge','[]','Stars');
CREATE TABLE outbox (
	id INTEGER NOT NULL,
	delivery_key VARCHAR(255) NOT NULL,
	lane VARCHAR(16) NOT NULL,
	recipient VARCHAR(255) NOT NULL,
	due BIGINT NOT NULL,
	created BIGINT NOT NULL,
	body TEXT NOT NULL,
	round_key VARCHAR(255),
	attempts INTEGER NOT NULL,
	last_error TEXT,
	settled BIGINT,
	CONSTRAINT pk_outbox PRIMARY KEY (id),
	CONSTRAINT fk_outbox_round_key FOREIGN KEY(round_key) REFERENCES round (round_key),
	CONSTRAINT uq_outbox_delivery_key UNIQUE (delivery_key)
);
INSERT INTO "outbox" VALUES(1,'round 0:influx','sink','influx',1777896000000,1777896000000,'','round 0',0,NULL,NULL);
INSERT INTO "outbox" VALUES(2,'round 1:influx','sink','influx',1777896060000,1777896000000,'','round 1',0,NULL,NULL);
INSERT INTO "outbox" VALUES(3,'round 2:influx','sink','influx',1777896120000,1777896000000,'','round 2',0,NULL,NULL);
CREATE TABLE outcome (
	id INTEGER NOT NULL,
	digest VARCHAR(32) NOT NULL,
	target_id INTEGER NOT NULL,
	url TEXT NOT NULL,
	group_name TEXT NOT NULL,
	state VARCHAR(16) NOT NULL,
	reason VARCHAR(32),
	status_code SMALLINT,
	http_version VARCHAR(16),
	ip VARCHAR(64),
	redirects INTEGER NOT NULL,
	attempts INTEGER NOT NULL,
	certificate_expires BIGINT,
	CONSTRAINT pk_outcome PRIMARY KEY (id),
	CONSTRAINT fk_outcome_target_id FOREIGN KEY(target_id) REFERENCES target (id),
	CONSTRAINT uq_outcome_digest UNIQUE (digest)
);
INSERT INTO "outcome" VALUES(1,'6b098095824c567ce23b114266ea2c7d',5,'https://api.example.org/','','up',NULL,NULL,NULL,NULL,0,1,NULL);
INSERT INTO "outcome" VALUES(2,'fdb2860b1672b6ddfe653d105c6d2da4',6,'https://web.example.org/','','up',NULL,NULL,NULL,NULL,0,1,NULL);
CREATE TABLE phrase (
	id INTEGER NOT NULL,
	digest VARCHAR(32) NOT NULL,
	body TEXT NOT NULL,
	CONSTRAINT pk_phrase PRIMARY KEY (id),
	CONSTRAINT uq_phrase_digest UNIQUE (digest)
);
INSERT INTO "phrase" VALUES(1,'299a3f38c5de378224e323a66d5cd23a','404: not found');
CREATE TABLE probe_result (
	round_id INTEGER NOT NULL,
	position INTEGER NOT NULL,
	outcome_id INTEGER NOT NULL,
	at_offset_ms BIGINT NOT NULL,
	latency_us BIGINT,
	resolve_us BIGINT,
	connect_us BIGINT,
	tls_us BIGINT,
	processing_us BIGINT,
	transfer_us BIGINT,
	size BIGINT,
	detail TEXT,
	CONSTRAINT pk_probe_result PRIMARY KEY (round_id, position),
	CONSTRAINT fk_probe_result_outcome_id FOREIGN KEY(outcome_id) REFERENCES outcome (id),
	CONSTRAINT fk_probe_result_round_id FOREIGN KEY(round_id) REFERENCES round (id)
)
 WITHOUT ROWID
;
INSERT INTO "probe_result" VALUES(1,0,1,0,12500,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "probe_result" VALUES(1,1,2,0,12500,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "probe_result" VALUES(2,0,1,0,12500,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "probe_result" VALUES(2,1,2,0,12500,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "probe_result" VALUES(3,0,1,0,12500,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "probe_result" VALUES(3,1,2,0,12500,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE reading (
	id INTEGER NOT NULL,
	round_id INTEGER NOT NULL,
	target_id INTEGER NOT NULL,
	at BIGINT NOT NULL,
	problem_id INTEGER,
	info_id INTEGER,
	missing_id INTEGER,
	CONSTRAINT pk_reading PRIMARY KEY (id),
	CONSTRAINT fk_reading_info_id FOREIGN KEY(info_id) REFERENCES phrase (id),
	CONSTRAINT fk_reading_missing_id FOREIGN KEY(missing_id) REFERENCES phrase (id),
	CONSTRAINT fk_reading_problem_id FOREIGN KEY(problem_id) REFERENCES phrase (id),
	CONSTRAINT fk_reading_round_id FOREIGN KEY(round_id) REFERENCES round (id),
	CONSTRAINT fk_reading_target_id FOREIGN KEY(target_id) REFERENCES target (id)
);
INSERT INTO "reading" VALUES(1,1,1,1777896000000,NULL,NULL,NULL);
INSERT INTO "reading" VALUES(2,1,2,1777896000000,NULL,NULL,NULL);
INSERT INTO "reading" VALUES(3,1,3,1777896000000,NULL,NULL,NULL);
INSERT INTO "reading" VALUES(4,1,4,1777896000000,1,NULL,NULL);
INSERT INTO "reading" VALUES(5,2,2,1777896060000,NULL,NULL,NULL);
INSERT INTO "reading" VALUES(6,2,3,1777896060000,NULL,NULL,NULL);
INSERT INTO "reading" VALUES(7,2,4,1777896060000,1,NULL,NULL);
INSERT INTO "reading" VALUES(8,3,3,1777896120000,NULL,NULL,NULL);
INSERT INTO "reading" VALUES(9,3,4,1777896120000,1,NULL,NULL);
CREATE TABLE round (
	id INTEGER NOT NULL,
	round_key VARCHAR(255) NOT NULL,
	started BIGINT NOT NULL,
	finished BIGINT NOT NULL,
	CONSTRAINT pk_round PRIMARY KEY (id),
	CONSTRAINT uq_round_round_key UNIQUE (round_key)
);
INSERT INTO "round" VALUES(1,'round 0',1777896000000,1777896001000);
INSERT INTO "round" VALUES(2,'round 1',1777896060000,1777896061000);
INSERT INTO "round" VALUES(3,'round 2',1777896120000,1777896121000);
CREATE TABLE sample (
	reading_id INTEGER NOT NULL,
	position INTEGER NOT NULL,
	metric_id INTEGER NOT NULL,
	labels_id INTEGER,
	value DOUBLE NOT NULL,
	CONSTRAINT pk_sample PRIMARY KEY (reading_id, position),
	CONSTRAINT fk_sample_labels_id FOREIGN KEY(labels_id) REFERENCES phrase (id),
	CONSTRAINT fk_sample_metric_id FOREIGN KEY(metric_id) REFERENCES metric (id),
	CONSTRAINT fk_sample_reading_id FOREIGN KEY(reading_id) REFERENCES reading (id)
)
 WITHOUT ROWID
;
INSERT INTO "sample" VALUES(1,0,2,NULL,0.0);
INSERT INTO "sample" VALUES(1,1,1,NULL,2.0);
INSERT INTO "sample" VALUES(2,0,2,NULL,0.0);
INSERT INTO "sample" VALUES(2,1,1,NULL,2.0);
INSERT INTO "sample" VALUES(3,0,2,NULL,0.0);
INSERT INTO "sample" VALUES(3,1,1,NULL,2.0);
INSERT INTO "sample" VALUES(5,0,2,NULL,1.0);
INSERT INTO "sample" VALUES(5,1,1,NULL,2.0);
INSERT INTO "sample" VALUES(6,0,2,NULL,1.0);
INSERT INTO "sample" VALUES(6,1,1,NULL,2.0);
INSERT INTO "sample" VALUES(8,0,2,NULL,2.0);
INSERT INTO "sample" VALUES(8,1,1,NULL,2.0);
CREATE TABLE target (
	id INTEGER NOT NULL,
	source VARCHAR(32) NOT NULL,
	name VARCHAR(255) NOT NULL,
	identity VARCHAR(255),
	CONSTRAINT pk_target PRIMARY KEY (id),
	CONSTRAINT uq_target_source_identity UNIQUE (source, identity)
);
INSERT INTO "target" VALUES(1,'github','pallets/click','R_click');
INSERT INTO "target" VALUES(2,'github','pallets/flask','R_flask');
INSERT INTO "target" VALUES(3,'github','pallets/jinja','R_jinja');
INSERT INTO "target" VALUES(4,'github','pallets/gone',NULL);
INSERT INTO "target" VALUES(5,'probe','api',NULL);
INSERT INTO "target" VALUES(6,'probe','web',NULL);
CREATE TABLE target_name (
	source VARCHAR(32) NOT NULL,
	name VARCHAR(255) NOT NULL,
	target_id INTEGER NOT NULL,
	CONSTRAINT pk_target_name PRIMARY KEY (source, name),
	CONSTRAINT fk_target_name_target_id FOREIGN KEY(target_id) REFERENCES target (id)
)
 WITHOUT ROWID
;
INSERT INTO "target_name" VALUES('github','pallets/click',1);
INSERT INTO "target_name" VALUES('github','pallets/flask',2);
INSERT INTO "target_name" VALUES('github','pallets/gone',4);
INSERT INTO "target_name" VALUES('github','pallets/jinja',3);
INSERT INTO "target_name" VALUES('probe','api',5);
INSERT INTO "target_name" VALUES('probe','web',6);
CREATE INDEX ix_cache_kept_at_size ON cache (kept_at, size);
CREATE INDEX ix_round_finished ON round (finished);
CREATE INDEX ix_outbox_settled_due ON outbox (settled, due);
CREATE INDEX ix_reading_round_id ON reading (round_id);
CREATE INDEX ix_reading_target_id_at ON reading (target_id, at);
CREATE INDEX ix_event_reading_id ON event (reading_id);
COMMIT;
