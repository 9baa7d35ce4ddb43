import { beforeEach, expect, test } from "vitest";
import type { UserActor } from "@/lib/ctx";
import { invalid } from "@/lib/http/portal/action-answer";
import { addWebhook, editWebhook } from "@/lib/webhooks/commands/manage-webhooks";
import { WEBHOOKS_MAX, webhookSchema } from "@/lib/webhooks/schema";
import { act, newTenantAdmin, prisma, refusal } from "@/test/world";
import { NOWHERE } from "./webhook-deeds";

let admin: UserActor;
beforeEach(async () => {
  admin = await newTenantAdmin();
});

const KINDS = ["chain.broken" as const];
const add = (url: string) => act(admin, addWebhook, { url, kinds: [...KINDS] });
const count = () => prisma().webhook.count({ where: { tenantId: admin.tenantId } });

test.each([
  "https://localhost/in",
  "https://alerts.localhost./in",
  "https://127.0.0.1/in",
  "https://127.1/in",
  "https://0x7f000001/in",
  "https://10.1.2.3:8443/in",
  "https://172.16.0.1/in",
  "https://192.168.1.1/in",
  "https://169.254.169.254/latest/meta-data",
  "https://0.0.0.0/in",
  "https://[::1]/in",
  "https://[::ffff:10.0.0.1]/in",
  "https://[fd00::1]/in",
  "https://[fe80::1]/in",
])(
  "no webhook leads to %s: it says so at its address, when it is added and when it is edited",
  async (url) => {
    const said = {
      name: "Refusal",
      code: "invalid",
      field: "url",
      message: expect.stringContaining("WEBHOOK_ALLOWED_NETWORKS"),
    };
    expect(await refusal(add(url))).toMatchObject(said);
    const { webhookId } = await add(NOWHERE);
    const seen = { url: NOWHERE, kinds: KINDS };
    const edited = act(admin, editWebhook, { webhookId, url, kinds: [...KINDS], seen });
    expect(await refusal(edited)).toMatchObject(said);
    expect(await prisma().webhook.findMany({ where: { tenantId: admin.tenantId } })).toMatchObject([
      { url: NOWHERE },
    ]);
  },
);

test("one that is told in plain text is refused at its address", async () => {
  const said = { code: "invalid", field: "url", message: expect.stringMatching(/^Use https/) };
  expect(await refusal(add("http://alerts.example.com/in"))).toMatchObject(said);
});

test.each([
  ["", "Enter an address."],
  ["alerts.example.com", "Enter an address like"],
  ["ftp://alerts.example.com", "Enter an address like"],
  ["https://", "Enter an address like"],
  ["https://alerts.example.com/a b", "Enter an address like"],
  ["https://user:password@alerts.example.com", "Leave the user and password out"],
  ["https://alerts.example.com/#x", "Leave out what is behind #"],
  [`https://alerts.example.com/${"x".repeat(2_000)}`, "Use at most 2000 characters."],
])("the address “%s” is refused at its field", (url, says) => {
  const { success, error } = webhookSchema.safeParse({ url, kinds: KINDS });
  expect(success).toBe(false);
  if (error) expect(invalid(error)).toMatchObject({ fieldErrors: { url: expect.stringContaining(says) } });
});

test("one that is told nothing is refused where that is chosen", () => {
  const { error } = webhookSchema.safeParse({ url: NOWHERE, kinds: [] });
  if (error) expect(invalid(error)).toMatchObject({ fieldErrors: { kinds: "Choose what it is told." } });
  expect(error).toBeDefined();
});

test("there are so many at the most, however many are added at once", async () => {
  const adding = Array.from({ length: WEBHOOKS_MAX + 2 }, () => add(NOWHERE));
  const refused = (await Promise.allSettled(adding)).filter(({ status }) => status === "rejected");
  expect(refused).toHaveLength(2);
  for (const one of refused) expect(one).toMatchObject({ reason: { code: "limit_reached" } });
  expect(await count()).toBe(WEBHOOKS_MAX);
});
