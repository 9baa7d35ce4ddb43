import * as contract from "@/lib/admin-api/contract/hosts";
import { listRobots } from "@/lib/fleet/queries/list-robots";
import { deedOf, questionOf } from "@/lib/http/admin/implement";
import { sliced } from "@/lib/http/admin/sliced";
import { removeDeadSessions } from "@/lib/sessions/commands/remove-dead";
import { disconnectHost } from "@/lib/workflows/disconnect-host";

/** What API clients do with connected hosts; the deeds and questions of the page of robots. */
export const HOST_OPERATIONS = [
  questionOf(contract.listHosts, (ctx, { state, host, ...part }) =>
    sliced((own, slice) => listRobots(own, { state, host, ...slice }))(ctx, part),
  ),
  deedOf(contract.disconnectHost, disconnectHost),
  deedOf(contract.removeDead, removeDeadSessions),
];
