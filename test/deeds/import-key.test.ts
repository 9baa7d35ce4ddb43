import { createPrivateKey, type JsonWebKey } from "node:crypto";
import { decodeJwt, SignJWT } from "jose";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { UserActor } from "@/lib/ctx";
import { importSigningKey } from "@/lib/identity/commands/import-key";
import { rotateSigningKey } from "@/lib/identity/commands/rotate-key";
import { withdrawSigningKey } from "@/lib/identity/commands/withdraw-key";
import { listSigningKeys } from "@/lib/identity/queries";
import type { ImportRole } from "@/lib/identity/schema";
import { forgetSigningKeys } from "@/lib/identity/signing-keys";
import { dumpDatabase } from "@/test/dump";
import { buyToken, send } from "@/test/robot";
import { kidOf, moved, oneKey, publishedKids } from "@/test/signing-keys";
import {
  act,
  ask,
  logLines,
  newInstallationAdmin,
  type Provisioned,
  prisma,
  provisioned,
} from "@/test/world";
import { foreignJwk } from "./installation-deeds";

let admin: UserActor;
let machine: Provisioned;
let first: string;

beforeAll(async () => {
  admin = await newInstallationAdmin();
  machine = await provisioned(admin);
});
beforeEach(async () => {
  first = await oneKey();
});

const bring = async (jwk: object, role: ImportRole = "next") => {
  const brought = await act(admin, importSigningKey, { jwk: JSON.stringify(jwk), role });
  forgetSigningKeys();
  return brought;
};

/** A token as the other server, of the same address, has issued it. */
async function tokenOf(jwk: Record<string, unknown>, kid: string): Promise<string> {
  const claims = decodeJwt(await buyToken(machine));
  const key = createPrivateKey({ key: jwk as JsonWebKey, format: "jwk" });
  return new SignJWT(claims).setProtectedHeader({ alg: "ES256", typ: "at+jwt", kid }).sign(key);
}

describe("a key brought from another server", () => {
  test("as next keeps its kid, is published, and signs when its time has come", async () => {
    const { kid, activatesAt } = await bring(foreignJwk("other-server-7"));
    expect(kid).toBe("other-server-7");
    expect(activatesAt).toEqual(expect.any(Date));
    expect(await publishedKids()).toEqual([first, kid].sort());
    expect(kidOf(await buyToken(machine))).toBe(first);
    await moved(kid, { activatesAt: new Date() });
    const token = await buyToken(machine);
    expect(kidOf(token)).toBe(kid);
    expect((await send("GET", "me", token)).status).toBe(200);
  });

  test("as retired never signs, and lets tokens of that server in until they die", async () => {
    const jwk = foreignJwk("other-server-8");
    const token = await tokenOf(jwk, "other-server-8");
    expect((await send("GET", "me", token)).status).toBe(401);
    expect(await bring(jwk, "retired")).toEqual({ kid: "other-server-8", activatesAt: null });
    expect((await send("GET", "me", token)).status).toBe(200);
    expect(kidOf(await buyToken(machine))).toBe(first);
    const [, retired] = await ask(admin, listSigningKeys, {});
    expect(retired).toMatchObject({ state: "Retired", isImported: true });
  });

  test("is refused when its kid or the key itself is here, or was", async () => {
    const jwk = foreignJwk("known");
    await bring(jwk, "retired");
    const again = { name: "Refusal", code: "conflict", field: "jwk" };
    await expect(bring(foreignJwk("known"))).rejects.toMatchObject(again);
    await expect(bring({ ...jwk, kid: "renamed" })).rejects.toMatchObject(again);
    await act(admin, withdrawSigningKey, { kid: "known", confirmedActive: false });
    await expect(bring({ ...jwk, kid: "renamed" })).rejects.toMatchObject(again);
    await expect(bring(jwk)).rejects.toMatchObject(again);
  });

  test("as next waits for no other next one; as retired it does not matter", async () => {
    await act(admin, (ctx) => rotateSigningKey(ctx), {});
    await expect(bring(foreignJwk())).rejects.toMatchObject({ code: "conflict", field: undefined });
    await bring(foreignJwk(), "retired");
  });

  test("twice at once comes in once", async () => {
    const jwk = foreignJwk();
    const both = await Promise.allSettled([bring(jwk, "retired"), bring(jwk, "retired")]);
    expect(both.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(await prisma().signingKey.count()).toBe(2);
  });

  test("leaves its private half nowhere in the clear: no row, no event, no line of the log, no refusal", async () => {
    logLines.length = 0;
    const jwk = foreignJwk("quiet");
    await bring(jwk);
    const refusal: unknown = await bring({ ...jwk, use: "enc" }).catch((error: unknown) => error);
    const clear = String(jwk.d);
    const spellings = [clear, Buffer.from(clear, "base64url").toString("hex")];
    const seen = [
      JSON.stringify(await dumpDatabase()),
      logLines.join(""),
      JSON.stringify(await ask(admin, listSigningKeys, {})),
      String(refusal),
    ].join("");
    expect(seen).toContain("quiet");
    for (const spelling of spellings) expect(seen.includes(spelling)).toBe(false);
  });
});
