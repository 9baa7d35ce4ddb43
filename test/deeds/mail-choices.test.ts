import { expect, test } from "vitest";
import { MAILED_AT_FIRST } from "@/lib/notifications/schema";
import { addSeconds, HOUR_SECONDS } from "@/lib/time";
import { askTestMail, TEST_MAILS_AN_HOUR } from "@/lib/users/commands/ask-test-mail";
import { chooseMail } from "@/lib/users/commands/choose-mail";
import { disablePerson, removePerson } from "@/lib/users/commands/manage-people";
import { readMailChoices } from "@/lib/users/queries/mail";
import { act, actAs, ask, newAdmin, newTenantAdmin, prisma, signedIn } from "@/test/world";

test("each member chooses for themselves, in one tenant; until then it is what their role gets", async () => {
  const admin = await newTenantAdmin();
  const viewer = await newAdmin({ id: admin.tenantId, slug: "" }, "Viewer");
  const [own, other] = [await signedIn(admin), await newTenantAdmin()];
  expect(await ask(admin, readMailChoices, undefined)).toEqual(MAILED_AT_FIRST.Administrator);
  expect(await ask(viewer, readMailChoices, undefined)).toEqual([]);

  const { tenantId } = admin;
  await actAs(own, chooseMail, { tenantId, kinds: ["rotation.stuck"] });
  await actAs(own, chooseMail, { tenantId, kinds: ["leak.reported", "chain.broken"] });
  expect(await ask(admin, readMailChoices, undefined)).toEqual(["leak.reported", "chain.broken"]);
  expect(await ask(viewer, readMailChoices, undefined)).toEqual([]);
  await actAs(own, chooseMail, { tenantId, kinds: [] });
  expect(await ask(admin, readMailChoices, undefined)).toEqual([]);
  const elsewhere = actAs(own, chooseMail, { tenantId: other.tenantId, kinds: [] });
  await expect(elsewhere).rejects.toMatchObject({ name: "Refusal", code: "not_found" });
});

test("whoever is disabled or removed chooses nothing any more, and what they chose goes with their membership", async () => {
  const admin = await newTenantAdmin();
  const { tenantId } = admin;
  const viewer = await newAdmin({ id: tenantId, slug: "" }, "Viewer");
  const own = await signedIn(viewer);
  const choose = () => actAs(own, chooseMail, { tenantId, kinds: ["leak.reported"] });
  await choose();
  for (const deed of [disablePerson, removePerson]) {
    await act(admin, deed, { adminId: viewer.id });
    await expect(choose()).rejects.toMatchObject({ name: "Refusal", code: "not_found" });
  }
  expect(await prisma().mailChoice.count({ where: { tenantId } })).toBe(0);
});

test("a person asks for so many test mails within an hour, however many at once; others ask for theirs", async () => {
  const admin = await newTenantAdmin();
  const colleague = await newAdmin({ id: admin.tenantId, slug: "" });
  const now = new Date();
  const asked = Array.from({ length: TEST_MAILS_AN_HOUR + 2 }, () => act(admin, askTestMail, undefined, now));
  const refused = (await Promise.allSettled(asked)).filter(({ status }) => status === "rejected");
  expect(refused).toMatchObject([
    { reason: { code: "limit_reached" } },
    { reason: { code: "limit_reached" } },
  ]);
  await act(colleague, askTestMail, undefined, now);
  await act(admin, askTestMail, undefined, addSeconds(now, HOUR_SECONDS + 1));
  const of = { tenantId: admin.tenantId, type: "admin.mail_tested", actorId: admin.id };
  expect(await prisma().auditEvent.count({ where: of })).toBe(TEST_MAILS_AN_HOUR + 1);
});
