import { beforeAll, expect, test, vi } from "vitest";
import { receive } from "@/lib/http/portal/single-sign-on";
import { addSeconds, numericDate, SECOND_MILLISECONDS } from "@/lib/time";
import { prisma, unique } from "@/test/world";

vi.hoisted(() => {
  Object.assign(process.env, {
    SSO_ISSUER: "https://provider.test",
    SSO_CLIENT_ID: "latchkey",
    SSO_CLIENT_SECRET: "between the two",
    SSO_EMAIL_DOMAINS: "example.com",
    SSO_DEFAULT_ROLE: "Viewer",
    SSO_TENANT: "house",
  });
});

beforeAll(async () => {
  await prisma().tenant.create({ data: { slug: "house", name: "House", createdAt: new Date() } });
});

const seconds = () => numericDate(new Date());

/** Somebody comes from the provider. @returns when Latchkey thinks that they proved who they are */
async function confirmedAt(auth_time: unknown): Promise<Date> {
  const email = `${unique("ada")}@example.com`;
  const profile = { iss: "https://provider.test", sub: email, email, email_verified: true, auth_time };
  const received = await receive(profile, { address: null, userAgent: "" });
  if (!("signInId" in received)) throw new Error(received.refused);
  return (await prisma().signIn.findUniqueOrThrow({ where: { id: received.signInId } })).confirmedAt;
}

test("auth_time is believed where it can be true", async () => {
  const proved = seconds() - 120;
  expect(await confirmedAt(proved)).toEqual(new Date(proved * SECOND_MILLISECONDS));
});

test.each<[string, () => unknown]>([
  ["in microseconds", () => seconds() * 1e6],
  ["in milliseconds", () => seconds() * 1e3],
  ["after all dates", () => 1e300],
  ["before all dates", () => -1e300],
  ["in an hour", () => seconds() + 3600],
  ["as text", () => String(seconds())],
  ["infinite", () => Number.POSITIVE_INFINITY],
])("an auth_time %s proves nothing, and lets somebody in all the same", async (_, time) => {
  expect((await confirmedAt(time())).getTime()).toBeLessThan(addSeconds(new Date(), -590).getTime());
});
