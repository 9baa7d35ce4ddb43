import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { addSeconds } from "@/lib/time";
import { invitePerson } from "@/lib/users/commands/invite";
import { hashPassword } from "@/lib/users/passwords";
import { freePort } from "@/server/database/embedded-postgres";
import { type Claims, type OpenIdProvider, startOpenIdProvider } from "@/test/openid-provider";
import { act, newAdmin, newTenant, prisma, type Tenant, tokenOf, unique } from "@/test/people";
import { Browser } from "./browser";
import { type Installation, startInstallation } from "./installation";

let provider: OpenIdProvider;
let installation: Installation;
let tenant: Tenant;

beforeAll(async () => {
  const port = await freePort();
  const origin = `http://localhost:${port}`;
  provider = await startOpenIdProvider(`${origin}/api/auth/callback/sso`);
  installation = await startInstallation({
    port,
    settings: {
      SSO_ISSUER: provider.issuer,
      SSO_CLIENT_ID: provider.clientId,
      SSO_CLIENT_SECRET: provider.clientSecret,
      SSO_NAME: "Example ID",
      SSO_EMAIL_DOMAINS: "example.com",
      SSO_ROLES: "rpa-admins=Administrator, rpa=Operator, staff=Viewer",
      SSO_TENANT: "house",
      PASSWORD_SIGN_IN: "off",
    },
  });
  await prisma().tenant.create({ data: { slug: "house", name: "House", createdAt: new Date() } });
  tenant = await newTenant();
});
afterAll(async () => {
  await installation?.stop();
  await provider?.close();
});

let person: Claims & { readonly email: string };
beforeEach(() => {
  const name = unique("ada");
  person = { sub: `s-${name}`, email: `${name}@example.com`, email_verified: true, groups: ["rpa"] };
});

/** Goes to the provider and back as a browser does. @returns where it ends up, and the browser */
async function comeIn(
  claims: Claims,
  browser = new Browser(installation.origin),
  query = "",
): Promise<{ readonly at: string; readonly browser: Browser }> {
  provider.seat(claims);
  const elsewhere = new Browser(provider.issuer);
  const begun = await browser.post(`/api/auth/signin/sso${query}`, { callbackUrl: "/" });
  let { url: next } = (await begun.json()) as { url: string };
  for (let hops = 0; hops < 20; hops += 1) {
    const { origin, pathname, search } = new URL(next, installation.origin);
    const isOurs = origin === installation.origin;
    const response = await (isOurs ? browser : elsewhere).ask(pathname + search);
    await response.body?.cancel();
    const location = response.headers.get("location");
    if (location === null) return { at: pathname + search, browser };
    next = new URL(location, origin).href;
    if (isOurs && pathname.startsWith("/api/auth/callback")) {
      const { pathname: to, search: why } = new URL(next);
      return { at: to + why, browser };
    }
  }
  throw new Error("the way has no end");
}

const accountOf = (email: string) =>
  prisma().admin.findUnique({
    where: { emailKey: email },
    include: { memberships: { include: { tenant: true } }, identities: true, signIns: true },
  });
const isIn = async (browser: Browser, slug = "house") =>
  (await browser.ask(`/tenants/${slug}/machines`)).status === 200;

test("the sign-in page offers the provider and no password, and takes none", async () => {
  const page = await (await fetch(`${installation.origin}/sign-in`)).text();
  expect(page).toContain("Continue with Example ID");
  expect(page).not.toContain('name="password"');
  const browser = new Browser(installation.origin);
  expect(await browser.signIn({ email: person.email, password: "correct horse battery" })).toBe(false);
  expect((await browser.ask("/api/auth/callback/credentials", { method: "POST" })).status).toBe(404);
});

describe("somebody new", () => {
  test("becomes what the rules say, is signed in, and it is recorded", async () => {
    const { at, browser } = await comeIn({ ...person, groups: ["staff", "rpa"] });
    expect(at).toBe("/");
    expect(await isIn(browser)).toBe(true);
    const account = await accountOf(person.email);
    expect(account).toMatchObject({
      memberships: [{ role: "Operator", tenant: { slug: "house" } }],
      identities: [{ issuer: provider.issuer, subject: person.sub }],
      signIns: [{ usedSingleSignOn: true, endedAt: null }],
    });
    const events = await prisma().auditEvent.findMany({
      where: {
        tenantId: account?.memberships[0]?.tenantId ?? "",
        details: { path: ["email"], equals: person.email },
      },
      orderBy: { id: "asc" },
    });
    expect(events.map(({ type }) => type)).toEqual(["admin.joined", "admin.signed_in"]);
  });

  test.each<[string, Partial<Claims>, string]>([
    ["without a group that the rules know", { groups: ["accounting"] }, "SsoRefused"],
    ["of another domain", { email: "eve@example.org" }, "SsoRefused"],
    ["whose domain only ends like one", { email: "eve@evil-example.com" }, "SsoRefused"],
    ["whose email is not verified", { email_verified: false }, "SsoEmail"],
    ["of whose email the provider says nothing", { email: undefined }, "SsoEmail"],
    ["whose email is called verified in words", { email_verified: "true" }, "SsoEmail"],
  ])("%s is not let in, and nothing is made", async (_, claims, error) => {
    const before = await prisma().admin.count();
    const { at, browser } = await comeIn({ ...person, ...claims });
    expect(at).toBe(`/sign-in?error=${error}`);
    expect(await isIn(browser)).toBe(false);
    expect(await prisma().admin.count()).toBe(before);
    const page = await (await browser.ask(at)).text();
    expect(page).toContain(error === "SsoEmail" ? "Example ID did not say" : "You may not come in");
  });

  test("who was invited joins that tenant without the link, which is then spent", async () => {
    const admin = await newAdmin(tenant);
    await act(admin, invitePerson, { email: person.email, role: "Administrator" });
    const { browser } = await comeIn({ ...person, groups: ["staff"] });
    expect(await isIn(browser, tenant.slug)).toBe(true);
    expect(
      (await accountOf(person.email))?.memberships.map(({ role, tenant: { slug } }) => [slug, role]),
    ).toEqual(
      expect.arrayContaining([
        [tenant.slug, "Administrator"],
        ["house", "Viewer"],
      ]),
    );
    expect(await prisma().invite.count({ where: { emailKey: person.email } })).toBe(0);
  });

  test("who comes twice at once is one account", async () => {
    const all = await Promise.all([comeIn(person), comeIn(person), comeIn(person)]);
    expect(all.map(({ at }) => at)).toEqual(["/", "/", "/"]);
    expect(await prisma().admin.count({ where: { emailKey: person.email } })).toBe(1);
  });
});

describe("somebody who came before", () => {
  test("keeps the role that an administrator gave, and does not come back by a rule once removed", async () => {
    await comeIn(person);
    const account = await accountOf(person.email);
    await prisma().membership.updateMany({ where: { adminId: account?.id ?? "" }, data: { role: "Viewer" } });
    await comeIn({ ...person, groups: ["rpa-admins"] });
    expect((await accountOf(person.email))?.memberships).toMatchObject([{ role: "Viewer" }]);
    await prisma().membership.deleteMany({ where: { adminId: account?.id ?? "" } });
    const { browser } = await comeIn(person);
    expect(await isIn(browser)).toBe(false);
  });

  test("is not let in any more once the provider's groups give nothing, or once disabled here", async () => {
    await comeIn(person);
    expect((await comeIn({ ...person, groups: [] })).at).toBe("/sign-in?error=SsoRefused");
    const account = await accountOf(person.email);
    const house = account?.memberships[0]?.tenantId ?? "";
    const refused = await prisma().auditEvent.findMany({
      where: { tenantId: house, type: "admin.sign_in_refused" },
      orderBy: { at: "asc" },
    });
    expect(refused.at(-1)?.details).toMatchObject({ email: person.email, reason: "rules" });
    await prisma().admin.update({ where: { id: account?.id ?? "" }, data: { disabledAt: new Date() } });
    expect((await comeIn(person)).at).toBe("/sign-in?error=SsoRefused");
  });

  test("is known by the subject: a changed email changes nothing, and the old email in other hands opens nothing", async () => {
    await comeIn(person);
    const account = await accountOf(person.email);
    const moved = await comeIn({ ...person, email: `new-${person.email}` });
    expect(await isIn(moved.browser)).toBe(true);
    expect((await accountOf(person.email))?.signIns).toHaveLength((account?.signIns.length ?? 0) + 1);
    expect((await comeIn({ ...person, sub: "somebody-else" })).at).toBe("/sign-in?error=SsoRefused");
  });

  test("needs no second factor of Latchkey where the tenant requires one: the provider vouches", async () => {
    const { browser } = await comeIn(person);
    await prisma().tenant.update({ where: { slug: "house" }, data: { requiresSecondFactor: true } });
    try {
      expect(await isIn(browser)).toBe(true);
    } finally {
      await prisma().tenant.update({ where: { slug: "house" }, data: { requiresSecondFactor: false } });
    }
  });
});

test("a sensitive deed sends an old proof to the provider, which asks again; the sign-in before is over", async () => {
  const { browser } = await comeIn({ ...person, groups: ["rpa-admins"] });
  const invite = () =>
    browser.act("/tenants/house/users", "inviteAction", "house", {
      email: `${unique("new")}@example.com`,
      role: "Viewer",
    });
  // Nothing was asked for, so the provider did not say when it had asked last.
  expect(await invite()).toContain('"code":"reauthenticate"');
  await comeIn({ ...person, groups: ["rpa-admins"] }, browser, "?prompt=login&max_age=0");
  expect(await invite()).toContain('"ok":true');
  const account = await accountOf(person.email);
  const hash = await hashPassword("correct horse battery");
  await prisma().adminPassword.create({ data: { adminId: account?.id ?? "", hash, changedAt: new Date(0) } });
  const byPassword = { kind: "password", proof: "correct horse battery" };
  expect(await browser.act("/tenants/house/users", "confirmSignInAction", byPassword)).toContain(
    '"code":"invalid"',
  );
  const signIns = (await accountOf(person.email))?.signIns ?? [];
  expect(signIns.filter(({ endedAt }) => endedAt === null)).toHaveLength(1);
  await prisma().signIn.updateMany({ data: { confirmedAt: addSeconds(new Date(), -601) } });
  expect(await invite()).toContain('"code":"reauthenticate"');
});

test("whoever opened an invite to somebody else is out when that one comes, who is told so on the page they arrive at", async () => {
  const mallory = await newAdmin(tenant);
  const made = await act(mallory, invitePerson, { email: person.email, role: "Viewer" });
  const impostor = new Browser(installation.origin);
  const opened = { token: tokenOf(made), password: "correct horse battery" };
  expect(await impostor.act("/invite", "acceptInviteAsNewAction", opened)).toContain('"ok":true');
  const account = await accountOf(person.email);
  const { at, browser } = await comeIn({ ...person, groups: ["rpa-admins"] });
  expect(at).toBe("/sign-in/first-time?callbackUrl=%2F");
  const told = await (await browser.ask(at)).text();
  expect(told).toContain("You come in with Example ID from now on");
  expect(told).toContain(tenant.slug);
  expect(await isIn(browser)).toBe(true);
  expect(await prisma().adminPassword.count({ where: { adminId: account?.id ?? "" } })).toBe(0);
  const again = await comeIn({ ...person, groups: ["rpa-admins"] }, browser);
  expect(again.at).toBe("/");
  expect((await browser.ask(at)).headers.get("location")).toBe("/");
});

describe("what comes back from elsewhere than the provider", () => {
  test("an answer without the browser's state, and one with another's, let nobody in", async () => {
    const browser = new Browser(installation.origin);
    for (const query of ["?code=x&state=y", "?code=x", "?error=access_denied", ""]) {
      const response = await browser.ask(`/api/auth/callback/sso${query}`);
      expect(response.status).toBeLessThan(500);
      expect(await isIn(browser)).toBe(false);
    }
  });

  test("the way back leads to no other site", async () => {
    const browser = new Browser(installation.origin);
    provider.seat(person);
    await browser.post("/api/auth/signin/sso", { callbackUrl: "https://evil.example/" });
    const { at } = await comeIn(person, browser);
    expect(at).toBe("/");
  });
});
