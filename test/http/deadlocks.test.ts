import { Client } from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { flushUses, noteUse } from "@/lib/credentials/last-use";
import { buyToken, send } from "@/test/robot";
import { databaseUrl, newTenantAdmin, type Provisioned, provisioned, sql, unique } from "@/test/world";

let machine: Provisioned;
/** Somebody else's transaction. */
let other: Client;
beforeEach(async () => {
  await flushUses();
  machine = await provisioned(await newTenantAdmin());
  other = new Client({ connectionString: databaseUrl });
  await other.connect();
  await other.query("BEGIN");
});
afterEach(() => other.end());

/** Resolves when something else waits for a lock. */
const somebodyWaits = () =>
  expect
    .poll(async () => {
      const { rows } = await other.query(
        "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
      );
      return rows.length;
    })
    .toBe(1);

test("a robot that gets into a deadlock is answered when it is over", async () => {
  const token = await buyToken(machine);
  await other.query("SELECT FROM credentials WHERE id = $1 FOR UPDATE", [machine.secretId]);
  const connecting = send("POST", "sessions", token, { hostName: unique("HOST") });
  await somebodyWaits();
  // Whichever of the two PostgreSQL gives up.
  await other
    .query("SELECT FROM machines WHERE id = $1 FOR UPDATE", [machine.machineId])
    .catch(() => undefined);
  await other.query("ROLLBACK");
  expect((await connecting).status).toBe(201);
});

test("the note of a first use waits for its machine before it holds the credential, as everybody does", async () => {
  await other.query("SELECT FROM machines WHERE id = $1 FOR SHARE", [machine.machineId]);
  noteUse(sql(), machine.secretId, { at: new Date(), address: null });
  const flushing = flushUses();
  await somebodyWaits();
  const { rowCount } = await other.query("SELECT FROM credentials WHERE id = $1 FOR SHARE NOWAIT", [
    machine.secretId,
  ]);
  expect(rowCount).toBe(1);
  await other.query("COMMIT");
  await flushing;
});
