import { record } from "@/lib/audit/commands";
import { countRecordedBy } from "@/lib/audit/queries/was-recorded";
import type { Ctx } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { allow } from "@/lib/permissions";
import { addSeconds, HOUR_SECONDS } from "@/lib/time";

import { lockMembers, memberIn } from "./lock-members";

/** So many test mails a person may ask for within an hour: each goes to a mail server that is not ours. */
export const TEST_MAILS_AN_HOUR = 10;

/**
 * Notes that a person asks for a mail to themselves, before it is sent. One who asks several times at once is counted one after the other.
 * @throws Refusal `forbidden` unless they administer the tenant or manage the installation; `limit_reached`
 */
export async function askTestMail(ctx: Ctx): Promise<null> {
  const { id: adminId, name: email, managesInstallation } = ctx.actor;
  if (!managesInstallation) allow(ctx.actor, "tenant.settings");
  await ctx.db.$executeRaw`SELECT FROM admins WHERE id = ${adminId}::uuid FOR NO KEY UPDATE`;
  await noteTest(ctx, { adminId, email });
  return null;
}

/**
 * The same for an API client, which has no mail of its own, to a member of the tenant.
 * @returns their email
 * @throws Refusal `forbidden` unless it administers the tenant; `not_found`; `limit_reached`
 */
export async function askTestMailFor(
  ctx: Ctx,
  { adminId }: { readonly adminId: string },
): Promise<{ readonly email: string }> {
  allow(ctx.actor, "tenant.settings");
  const { email } = memberIn(await lockMembers(ctx), adminId);
  await noteTest(ctx, { adminId, email });
  return { email };
}

async function noteTest(ctx: Ctx, to: { readonly adminId: string; readonly email: string }): Promise<void> {
  const since = addSeconds(ctx.now, -HOUR_SECONDS);
  if ((await countRecordedBy(ctx, "admin.mail_tested", since)) >= TEST_MAILS_AN_HOUR) {
    throw new Refusal(
      "limit_reached",
      `You asked for ${TEST_MAILS_AN_HOUR} test mails within an hour. Wait a little.`,
    );
  }
  await record(ctx, [{ type: "admin.mail_tested", ...to }]);
}
