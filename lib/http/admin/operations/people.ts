import * as contract from "@/lib/admin-api/contract/people";
import type { UserActor } from "@/lib/ctx";
import { database } from "@/lib/db";
import { deedOf, deedThen, questionOf } from "@/lib/http/admin/implement";
import { paged } from "@/lib/http/admin/paged";
import { type LinkKind, mailLink, mailTest, requireMail } from "@/lib/http/outgoing-mail";
import { getTenant } from "@/lib/tenants/queries";
import { askTestMailFor } from "@/lib/users/commands/ask-test-mail";
import { invitePerson, revokeInvite } from "@/lib/users/commands/invite";
import { enablePerson } from "@/lib/users/commands/manage-people";
import { makeResetLink } from "@/lib/users/commands/reset-password";
import { listInvites, listPeople } from "@/lib/users/queries/people";
import type { IssuedLink } from "@/lib/users/schema";
import {
  changeRoleAndClients,
  disablePersonAndClients,
  removePersonAndClients,
  shareInstallationAndClients,
} from "@/lib/workflows/settle-people";

/** @returns what is answered of a link that stands, when it has gone to whom it is for */
const mailed = (kind: LinkKind) => async (actor: UserActor, issued: IssuedLink) => {
  const { name: tenantName } = await getTenant({ db: database().prisma, actor, now: new Date() });
  return { ...issued, mail: await mailLink(kind, issued, { by: actor.name, tenantName }) };
};

/** What API clients do with people; the deeds and questions of the portal's page. */
export const PEOPLE_OPERATIONS = [
  questionOf(
    contract.listPeople,
    paged(listPeople, ({ email }) => email),
  ),
  deedOf(contract.changeRole, changeRoleAndClients),
  deedOf(contract.disablePerson, disablePersonAndClients),
  deedOf(contract.enablePerson, enablePerson),
  deedOf(contract.removePerson, removePersonAndClients),
  questionOf(contract.listInvites, async (ctx) => ({ items: await listInvites(ctx) })),
  deedThen(contract.invite, invitePerson, mailed("invite")),
  deedOf(contract.revokeInvite, revokeInvite),
  deedThen(contract.makeResetLink, makeResetLink, mailed("reset")),
  deedOf(contract.shareInstallation, shareInstallationAndClients),
  deedThen(
    contract.sendTestMail,
    (ctx, input) => {
      requireMail();
      return askTestMailFor(ctx, input);
    },
    async ({ name }, { email }) => ({ email, mail: await mailTest(email, `${name} asked for it.`) }),
  ),
];
