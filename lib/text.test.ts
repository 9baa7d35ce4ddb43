import { expect, test } from "vitest";
import { addAssetSchema } from "@/lib/assets/schema";
import {
  addKeySchema,
  disableCredentialSchema,
  editCredentialSchema,
  issueSecretSchema,
} from "@/lib/credentials/schema";
import { addProcessSchema, startJobSchema } from "@/lib/jobs/schema";
import { provisionMachineSchema } from "@/lib/machines/schema";
import { openSessionSchema } from "@/lib/sessions/schema";
import { tenantNameSchema } from "@/lib/tenants/schema";
import { webhookSchema } from "@/lib/webhooks/schema";
import { isPlainLine, isPlainText, isStorable } from "./text";

const LINES = {
  "a machine's name": (text: string) => provisionMachineSchema.shape.name.safeParse(text),
  "a secret's name": (text: string) => issueSecretSchema.shape.name.safeParse(text),
  "a key's name": (text: string) => addKeySchema.shape.name.safeParse(text),
  "a process's name": (text: string) => addProcessSchema.shape.name.safeParse(text),
  "a job's host name": (text: string) => startJobSchema.shape.hostName.safeParse(text),
  "an asset's name": (text: string) => addAssetSchema.shape.name.safeParse(text),
  "an asset's user name": (text: string) => addAssetSchema.shape.username.safeParse(text),
  "a host's name": (text: string) => openSessionSchema.shape.hostName.safeParse(text),
  "a tenant's name": (text: string) => tenantNameSchema.safeParse(text),
};
const TEXTS = {
  "a machine's description": (text: string) => provisionMachineSchema.shape.description.safeParse(text),
  "a credential's note": (text: string) => editCredentialSchema.shape.note.safeParse(text),
  "why a credential is disabled": (text: string) => disableCredentialSchema.shape.reason.safeParse(text),
  "a process's description": (text: string) => addProcessSchema.shape.description.safeParse(text),
  "an asset's description": (text: string) => addAssetSchema.shape.description.safeParse(text),
  "an asset's value": (text: string) => addAssetSchema.shape.value.safeParse(text),
};
const EVIL = ["a\0b", "a\u001bb", "a\u0085b", "a\ud800"];
const TURNING = ["a\u202eb", "a\u2066b", "a\u2028b"];

test.each(Object.entries(LINES))("%s is one line of plain text", (_, parse) => {
  for (const text of [...EVIL, ...TURNING, "a\nb", "a\tb"]) expect(parse(text).success, text).toBe(false);
  for (const text of ["Ünïcode 日本 😀", "עברית", "O'Brien & <b>"])
    expect(parse(text).success, text).toBe(true);
});

test.each(Object.entries(TEXTS))("%s may have several lines", (_, parse) => {
  for (const text of EVIL) expect(parse(text).success, text).toBe(false);
  expect(parse("one\n\ttwo\r\nthree").success).toBe(true);
});

test("a webhook's address is one line of plain text", () => {
  const parse = (text: string) => webhookSchema.shape.url.safeParse(`https://alerts.example.com/${text}?in`);
  for (const text of [...EVIL, ...TURNING, "a\nb", "a\tb", "a b"])
    expect(parse(text).success, text).toBe(false);
  expect(parse("Ünïcode-日本").success).toBe(true);
});

test("the forms of text contain each other", () => {
  for (const text of [...EVIL, ...TURNING, "a\nb", "plain", ""]) {
    expect(!isPlainLine(text) || !/[\r\n\t]/.test(text)).toBe(true);
    expect(!isPlainText(text) || isStorable(text)).toBe(true);
  }
});
