import type { Ctx } from "@/lib/ctx";
import { MAILED_AT_FIRST, type MailChoice } from "@/lib/notifications/schema";

/** @returns what whoever asks gets by mail about the tenant: what they chose, or what their role gets at first */
export async function readMailChoices({ db, actor }: Ctx): Promise<readonly MailChoice[]> {
  const { id: adminId, tenantId, role } = actor;
  const chosen = await db.mailChoice.findFirst({ where: { adminId, tenantId }, select: { kinds: true } });
  return chosen ? (chosen.kinds as MailChoice[]) : MAILED_AT_FIRST[role];
}
