import * as contract from "@/lib/admin-api/contract/hosts";
import { Refusal } from "@/lib/errors";
import { findConnectedHost } from "@/lib/fleet/queries/connected-hosts";
import { listRobots } from "@/lib/fleet/queries/list-robots";
import { cutOf, deedOf, questionOf } from "@/lib/http/admin/implement";
import { paged } from "@/lib/http/admin/paged";
import { listJobsOfHost } from "@/lib/jobs/queries";
import type { Slice } from "@/lib/pages";
import { removeDeadSessions } from "@/lib/sessions/commands/remove-dead";
import { type RobotCursor, robotCursorText } from "@/lib/sessions/schema";
import { disconnectHost } from "@/lib/workflows/disconnect-host";

/** What API clients do with connected hosts; the deeds and questions of the page of robots. */
export const HOST_OPERATIONS = [
  questionOf(contract.listHosts, (ctx, { state, host, ...part }) =>
    paged((own, slice: Slice<RobotCursor>) => listRobots(own, { state, host, ...slice }), robotCursorText)(
      ctx,
      part,
    ),
  ),
  cutOf(contract.disconnectHost, disconnectHost, async (ctx, of) => {
    const host = await findConnectedHost(ctx, of);
    if (!host) throw new Refusal("gone", "This host is not connected any more.");
    return { hosts: [host], jobs: await listJobsOfHost(ctx, of) };
  }),
  deedOf(contract.removeDead, removeDeadSessions),
];
