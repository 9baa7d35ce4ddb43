import type { Option } from "@/components/ui/select";
import { JOB_STATES, type JobState, RUNTIME_TYPES } from "@/lib/jobs/schema";

export const STATE_LOOKS = {
  Pending: "neutral",
  Running: "accent",
  Stopping: "brass",
  Terminating: "brass",
  Successful: "accent",
  Faulted: "danger",
  Stopped: "neutral",
} as const satisfies Record<JobState, string>;

export const RUNTIME_OPTIONS: readonly Option[] = RUNTIME_TYPES.map((type) => ({ value: type, label: type }));

export const STATE_FILTER_OPTIONS: readonly Option[] = [
  { value: "", label: "All states" },
  ...JOB_STATES.map((state) => ({ value: state, label: state })),
];
