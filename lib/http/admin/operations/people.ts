import * as contract from "@/lib/admin-api/contract/people";
import { deedOf, questionOf } from "@/lib/http/admin/implement";
import { sliced } from "@/lib/http/admin/sliced";
import { revokeInvite } from "@/lib/users/commands/invite";
import { enablePerson } from "@/lib/users/commands/manage-people";
import { listInvites, listPeople } from "@/lib/users/queries/people";
import {
  changeRoleAndClients,
  disablePersonAndClients,
  removePersonAndClients,
} from "@/lib/workflows/settle-people";

/** What API clients do with people; the deeds and questions of the portal's page. */
export const PEOPLE_OPERATIONS = [
  questionOf(contract.listPeople, sliced(listPeople)),
  deedOf(contract.changeRole, changeRoleAndClients),
  deedOf(contract.disablePerson, disablePersonAndClients),
  deedOf(contract.enablePerson, enablePerson),
  deedOf(contract.removePerson, removePersonAndClients),
  questionOf(contract.listInvites, async (ctx) => ({ items: await listInvites(ctx) })),
  deedOf(contract.revokeInvite, revokeInvite),
];
