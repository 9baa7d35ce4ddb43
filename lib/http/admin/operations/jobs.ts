import * as contract from "@/lib/admin-api/contract/jobs";
import * as processes from "@/lib/admin-api/contract/processes";
import { getJob } from "@/lib/fleet/queries/get-job";
import { deedOf, questionOf } from "@/lib/http/admin/implement";
import { paged } from "@/lib/http/admin/paged";
import { addProcess, deleteProcess, editProcess } from "@/lib/jobs/commands/manage-process";
import { startJob } from "@/lib/jobs/commands/start-job";
import { killJob, stopJob } from "@/lib/jobs/commands/stop-job";
import { noSuchJob } from "@/lib/jobs/job-changes";
import { listJobs, listProcesses } from "@/lib/jobs/queries";
import { jobCursorText } from "@/lib/jobs/schema";

/** What is done to processes and their jobs by API clients; the deeds and questions of the portal's pages. */
export const JOB_OPERATIONS = [
  questionOf(
    processes.listProcesses,
    paged(listProcesses, ({ name }) => name),
  ),
  deedOf(processes.addProcess, addProcess),
  deedOf(processes.editProcess, editProcess),
  deedOf(processes.deleteProcess, deleteProcess),
  questionOf(contract.listJobs, async (ctx, { limit, cursor, ...query }) => {
    const { rows } = await listJobs(ctx, { ...query, page: 1, after: cursor }, 0, limit);
    const last = rows.length < limit ? undefined : rows.at(-1);
    return { items: rows, next: last ? jobCursorText(last) : null };
  }),
  questionOf(contract.getJob, async (ctx, input) => {
    const job = await getJob(ctx, input);
    if (!job) throw noSuchJob();
    return job;
  }),
  deedOf(contract.startJob, startJob),
  deedOf(contract.stopJob, stopJob),
  deedOf(contract.killJob, killJob),
];
