import { robotDeed, robotQuestion, robotResource } from "@/lib/http/robots/endpoint";
import { findOwnJob, reportJob } from "@/lib/jobs/commands/report-job";
import { JOB_DATA_MAX_BYTES, jobIdSchema, reportJobSchema } from "@/lib/jobs/schema";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = robotResource({
  GET: robotQuestion("OR.Jobs", jobIdSchema, findOwnJob),
  PATCH: robotDeed("OR.Jobs", reportJobSchema, reportJob, {
    maxBodyBytes: 2 * JOB_DATA_MAX_BYTES,
    row: ({ jobId }) => jobId,
  }),
});
