import { describe, expect, test } from "vitest";
import type { AnonymousActor, Ctx, Sql } from "@/lib/ctx";
import { authenticateClient, presentedCredentials } from "@/lib/identity/client-authentication";
import { parseClientRequest } from "@/lib/identity/client-request";
import { FAILURE_WINDOW_SECONDS, KEPT_BUCKETS } from "@/lib/identity/failure-buckets";
import { forgetFailures } from "@/lib/identity/failure-throttle";
import type { OAuthError } from "@/lib/identity/oauth-error";
import { addSeconds } from "@/lib/time";
import {
  address,
  GRANT,
  garbage,
  machine,
  otherProcess,
  PER_ADDRESS,
  PER_CLIENT,
  rows,
  wrong,
} from "@/test/failing-clients";
import { basic, type Client } from "@/test/robot";
import { inTransaction, prisma, sql, systemCtx, unique } from "@/test/world";

describe("as time passes", () => {
  const now = new Date();
  const request = (client: Client) =>
    parseClientRequest({
      authorization: basic(client).authorization ?? "",
      dpop: null,
      userAgent: null,
      path: "/api/identity/connect/token",
      query: new URLSearchParams(),
      body: GRANT,
    });
  const outcome = async (client: Client, seconds = 0, from = address): Promise<OAuthError | null> => {
    const actor: AnonymousActor = { kind: "anonymous", address: from };
    const ctx: Ctx<AnonymousActor, Sql> = { db: sql(), actor, now: addSeconds(now, seconds) };
    const asked = request(client);
    const authentication = await authenticateClient(ctx, asked, presentedCredentials(asked));
    return authentication.ok ? null : authentication.error;
  };

  test.each([
    ["wrong secrets", wrong],
    ["garbage", garbage],
  ])("Retry-After is true for %s: before it 429, after it not", async (_, spoiled) => {
    for (let time = 0; time < PER_CLIENT; time += 1) await outcome(spoiled(machine));
    const refusal = await outcome(spoiled(machine));
    const seconds = refusal?.retryAfterSeconds ?? 0;
    expect(refusal?.code).toBe("slow_down");
    if (seconds > 1) {
      expect((await outcome(spoiled(machine), seconds - 1))?.code).toBe("slow_down");
      expect((await outcome(spoiled(machine), seconds - 1))?.retryAfterSeconds).toBe(1);
    }
    expect((await outcome(spoiled(machine), seconds))?.code).toBe("invalid_client");
  });

  test("a process keeps a bounded number of buckets, however many are tried", async () => {
    otherProcess();
    for (let count = 0; count < KEPT_BUCKETS + 500; count += 1) {
      const from = `10.${count >> 16}.${(count >> 8) & 255}.${count & 255}`;
      await outcome({ clientId: unique("id"), clientSecret: "x" }, 0, from);
    }
    const kept: Map<string, unknown> = Reflect.get(globalThis, Symbol.for("latchkey.client-failures"));
    expect(kept.size).toBe(KEPT_BUCKETS);
  });

  test("an address over its limit does not push others out by trying more client ids", async () => {
    otherProcess();
    for (let count = 0; count < PER_ADDRESS * 3; count += 1) {
      await outcome({ clientId: unique("id"), clientSecret: "x" });
    }
    const kept: Map<string, unknown> = Reflect.get(globalThis, Symbol.for("latchkey.client-failures"));
    expect(kept.size).toBe(1 + PER_ADDRESS);
  });

  test("a block that had to be forgotten is learnt again from the database", async () => {
    for (let time = 0; time < PER_CLIENT; time += 1) await outcome(wrong(machine));
    for (let count = 0; count < KEPT_BUCKETS; count += 1) {
      await outcome({ clientId: unique("id"), clientSecret: "x" }, 0, `10.9.${count >> 8}.${count & 255}`);
    }
    expect((await outcome(wrong(machine)))?.code).toBe("slow_down");
  });

  test("windows that are over are swept away, and running ones stay", async () => {
    await prisma().clientFailure.deleteMany();
    await outcome(wrong(machine));
    const sweep = (seconds: number) =>
      inTransaction((db) => forgetFailures(systemCtx(db, addSeconds(now, seconds))));
    await sweep(0);
    expect(await rows()).toHaveLength(2);
    await Promise.all([sweep(FAILURE_WINDOW_SECONDS + 61), sweep(FAILURE_WINDOW_SECONDS + 61)]);
    expect(await rows()).toEqual([]);
  });
});
