import { beforeAll, expect, test } from "vitest";
import { listSecrets } from "@/lib/credentials/queries";
import type { UserActor } from "@/lib/ctx";
import { addSecret } from "@/lib/machines/commands/add-secret";
import { getMachine } from "@/lib/machines/queries";
import { addWebhook, rotateWebhookSecret } from "@/lib/webhooks/commands/manage-webhooks";
import { trySending } from "@/lib/webhooks/commands/test-webhook";
import { listWebhooks } from "@/lib/webhooks/queries";
import { deleteCredential } from "@/lib/workflows/delete-credential";
import { dumpDatabase } from "@/test/dump";
import { askToken, askTokenByPost, buyToken, connect, send } from "@/test/robot";
import { act, ask, logLines, newTenantAdmin, type Provisioned, provisioned } from "@/test/world";
import { NOWHERE } from "./webhook-deeds";

let admin: UserActor;
let machine: Provisioned;
const values: string[] = [];
const webhookSecrets: string[] = [];

beforeAll(async () => {
  admin = await newTenantAdmin();
  machine = await provisioned(admin);
  const second = await act(admin, addSecret, machine);
  values.push(machine.clientSecret, second.clientSecret);
  const token = await buyToken(machine);
  await askTokenByPost(second);
  await connect(token, "HOST");
  await askToken({ ...machine, clientId: "somebody-else" });
  await act(admin, deleteCredential, { ...machine, credentialId: machine.secretId, confirmedLast: false });
  await askToken(machine);
  await send("GET", "me", token);
  const webhook = await act(admin, addWebhook, { url: NOWHERE, kinds: ["chain.broken"] });
  const { secret } = await act(admin, rotateWebhookSecret, webhook);
  await act(admin, trySending, webhook);
  webhookSecrets.push(webhook.secret, secret);
});

/** The value as it is, its random half, and the spellings a careless column or log would give them. */
function spellings(value: string): string[] {
  const random = value.split("_")[2]?.slice(0, 43) ?? "";
  return [value, random].flatMap((text) => {
    const bytes = Buffer.from(text);
    return [
      text,
      bytes.toString("hex"),
      bytes.toString("base64").replace(/=+$/, ""),
      encodeURIComponent(text),
    ];
  });
}

function expectNowhere(text: string) {
  for (const value of values) {
    for (const spelling of spellings(value))
      expect(text.includes(spelling), spelling.slice(0, 8)).toBe(false);
  }
}

test("no row of any table holds a secret's value or its random half", async () => {
  const dump = JSON.stringify(await dumpDatabase());
  expect(dump).toContain(machine.secretId);
  expectNowhere(dump);
});

test("no line of the log holds a secret, a token or what was sent as one", () => {
  const lines = logLines.join("");
  expect(lines).toContain("token refused");
  expectNowhere(lines);
  expect(lines).not.toMatch(/eyJ|Basic [A-Za-z0-9+/]|lks_[0-9A-Za-z]{16}_/);
});

test("a webhook's secret, and the one before it, is in no row, no line of the log and no answer", async () => {
  const [view] = await ask(admin, listWebhooks, undefined);
  const everything = JSON.stringify(await dumpDatabase()) + logLines.join("") + JSON.stringify(view);
  expect(view?.url).toBe(NOWHERE);
  for (const value of webhookSecrets) {
    const base64 = value.replace(/^whsec_/, "");
    expect(base64).not.toBe(value);
    for (const spelling of [base64, Buffer.from(base64, "base64").toString("hex")])
      expect(everything.includes(spelling)).toBe(false);
  }
  expect(Object.keys(view ?? {}).filter((key) => /secret/i.test(key))).toEqual([]);
});

test("no question gives a secret's value or its digest back, only its id and the hint", async () => {
  const { machineId } = machine;
  const secrets = await ask(admin, listSecrets, { machineId });
  expect(secrets.map(({ hint }) => hint).sort()).toEqual(
    values.map((value) => `lks_…${value.slice(-4)}`).sort(),
  );
  for (const view of secrets) {
    expect(Object.keys(view).sort()).toEqual(
      [
        "createdAt",
        "allowedAddresses",
        "createdBy",
        "purchases",
        "purchasesMax",
        "disabledAt",
        "disabledBy",
        "disabledReason",
        "expiresAt",
        "hint",
        "id",
        "lastUsedAddress",
        "lastUsedAt",
        "name",
        "note",
        "revokedAt",
        "revokedBy",
      ].sort(),
    );
  }
  expectNowhere(JSON.stringify([secrets, await ask(admin, getMachine, { machineId })]));
});

test("live secrets are listed first, and a deleted one says who deleted it and when", async () => {
  const [live, deleted] = await ask(admin, listSecrets, { machineId: machine.machineId });
  expect(live).toMatchObject({ revokedAt: null, revokedBy: null, createdBy: admin.name });
  expect(deleted).toMatchObject({ id: machine.secretId, revokedAt: expect.any(Date), revokedBy: admin.name });
});
