import { randomUUID } from "node:crypto";
import { test as base, expect, type Locator, type Page } from "@playwright/test";
import type { IssuedSecret } from "@/lib/credentials/schema";
import type { Ctx } from "@/lib/ctx";
import { database } from "@/lib/db";
import { addProcess } from "@/lib/jobs/commands/manage-process";
import { startJob } from "@/lib/jobs/commands/start-job";
import { addProcessSchema, startJobSchema } from "@/lib/jobs/schema";
import { provisionMachine } from "@/lib/machines/commands/provision-machine";
import { provisionMachineSchema } from "@/lib/machines/schema";
import type { Role } from "@/lib/roles";
import { hashPassword } from "@/lib/users/passwords";
import { emailKey } from "@/lib/users/rules";

const PASSWORD = "correct horse battery";
const passwordHash = hashPassword(PASSWORD);

export type Person = { readonly id: string; readonly email: string; readonly password: string };

/** A tenant of its own for one test, with an administrator. */
export type World = {
  readonly slug: string;
  readonly tenantId: string;
  readonly admin: Person;
  /** Adds a person to the tenant. */
  person(role: Role): Promise<Person>;
  /** Lets the administrator do what concerns all tenants. */
  letManageInstallation(): Promise<void>;
  /** Adds a machine as the administrator would, through our own deed. */
  provisioned(name: string, kind?: "Template" | "Standard"): Promise<IssuedSecret & { machineId: string }>;
  /** Adds a process and starts a job of it, again through our own deeds. */
  startedJob(process: string): Promise<{ jobId: string }>;
};

async function makeWorld(): Promise<World> {
  const { prisma } = database();
  const slug = `t-${randomUUID().slice(0, 8)}`;
  const now = new Date();
  const tenant = await prisma.tenant.create({ data: { slug, name: `Tenant ${slug}`, createdAt: now } });
  const person = async (role: Role): Promise<Person> => {
    const email = `${role.toLowerCase()}-${randomUUID().slice(0, 8)}@example.com`;
    const { id } = await prisma.admin.create({
      data: {
        email,
        emailKey: emailKey(email),
        createdAt: now,
        password: { create: { hash: await passwordHash, changedAt: now } },
        memberships: { create: { tenantId: tenant.id, role, createdAt: now } },
      },
    });
    return { id, email, password: PASSWORD };
  };
  const admin = await person("Administrator");
  const actor: Ctx["actor"] = {
    kind: "admin",
    id: admin.id,
    name: admin.email,
    address: null,
    tenantId: tenant.id,
    role: "Administrator",
    managesInstallation: false,
  };
  return {
    slug,
    tenantId: tenant.id,
    admin,
    person,
    letManageInstallation: async () => {
      await prisma.admin.update({ where: { id: admin.id }, data: { managesInstallation: true } });
    },
    provisioned: (name, kind = "Template") =>
      prisma.$transaction((db) =>
        provisionMachine({ db, actor, now: new Date() }, provisionMachineSchema.parse({ name, kind })),
      ),
    startedJob: (process) =>
      prisma.$transaction(async (db) => {
        const ctx: Ctx = { db, actor, now: new Date() };
        const { processId } = await addProcess(
          ctx,
          addProcessSchema.parse({ name: process, defaultInput: "" }),
        );
        return startJob(ctx, startJobSchema.parse({ processId }));
      }),
  };
}

/** Waits until the page's script has taken over all that the server sent: a click before that is lost. */
async function takenOver(page: Page): Promise<void> {
  await page.waitForFunction(() =>
    [...document.querySelectorAll("a, button, input")].every((element) =>
      Object.keys(element).some((name) => name.startsWith("__reactProps")),
    ),
  );
}

/** Signs in through the page, as a person does. */
export async function signIn(page: Page, who: Person): Promise<void> {
  await page.goto("/sign-in");
  await page.getByLabel("Email").fill(who.email);
  await page.getByLabel("Password", { exact: true }).fill(who.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(/\/machines/);
  await takenOver(page);
}

/** Fills a field as some password managers do: past the page's scripts, and without an event. */
export async function fillSilently(field: Locator, text: string): Promise<void> {
  await field.evaluate((element, value) => {
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value")?.set?.call(element, value);
  }, text);
}

/** What a browser says of a page that answered 404 or 401, which some journeys ask for. */
const EXPECTED_NOISE = /Failed to load resource: the server responded with a status of 40[14]/;

type Fixtures = { world: World; otherWorld: World; consoleErrors: string[] };

/** @returns the page as it stands, once it can be read: one under way to another place cannot */
export async function contentOf(page: Page): Promise<string> {
  let content = "";
  await expect(async () => {
    content = await page.content();
  }).toPass();
  return content;
}

/** `test` with a world of its own; an unexpected console error or an uncaught exception fails the test. */
export const test = base.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures a function needs from this pattern.
  world: async ({}, use) => use(await makeWorld()),
  // biome-ignore lint/correctness/noEmptyPattern: as above.
  otherWorld: async ({}, use) => use(await makeWorld()),
  page: async ({ page }, use) => {
    const goto = page.goto.bind(page);
    page.goto = async (url, options) => {
      const response = await goto(url, options);
      if (options?.waitUntil !== "commit") await takenOver(page);
      return response;
    };
    await use(page);
  },
  consoleErrors: [
    async ({ context }, use) => {
      const errors: string[] = [];
      context.on("console", (message) => {
        if (message.type() === "error" && !EXPECTED_NOISE.test(message.text())) errors.push(message.text());
      });
      context.on("weberror", (error) => errors.push(String(error.error())));
      await use(errors);
      expect(errors).toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };
