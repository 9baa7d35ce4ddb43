import type { Ctx, SystemActor } from "@/lib/ctx";
import { mailChoiceOf } from "@/lib/notifications/rules";
import { MAILED_AT_FIRST, type MailChoice, type NotificationRow } from "@/lib/notifications/schema";
import type { Role } from "@/lib/roles";

type Chosen = { readonly kinds: readonly string[] } | null;

const choicesOf = (chosen: Chosen, role: Role) =>
  chosen ? (chosen.kinds as readonly MailChoice[]) : MAILED_AT_FIRST[role];

/** @returns what whoever asks gets by mail about the tenant: what they chose, or what their role gets at first */
export async function readMailChoices({ db, actor }: Ctx): Promise<readonly MailChoice[]> {
  const { id: adminId, tenantId, role } = actor;
  return choicesOf(
    await db.mailChoice.findFirst({ where: { adminId, tenantId }, select: { kinds: true } }),
    role,
  );
}

type Told = {
  readonly tenantId: string;
  readonly adminId: string;
  readonly notification: NotificationRow;
};

/** @returns where to send a notification to; null when this person may not know of it any more, or does not want to */
export async function findMailReceiver(
  { db }: Ctx<SystemActor>,
  { tenantId, adminId, notification }: Told,
): Promise<{ readonly email: string; readonly role: Role; readonly tenantName: string } | null> {
  const member = await db.membership.findFirst({
    where: { adminId, tenantId, disabledAt: null, admin: { disabledAt: null } },
    select: {
      role: true,
      tenant: { select: { name: true } },
      admin: { select: { email: true, managesInstallation: true } },
      mailChoice: { select: { kinds: true } },
    },
  });
  if (!member || (notification.tenantId === null && !member.admin.managesInstallation)) return null;
  const { admin, role, tenant, mailChoice } = member;
  const isWanted = choicesOf(mailChoice, role).includes(mailChoiceOf(notification.notice));
  return isWanted ? { email: admin.email, role, tenantName: tenant.name } : null;
}
