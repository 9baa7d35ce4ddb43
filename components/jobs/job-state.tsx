import {
  CircleAlert,
  CircleCheck,
  CirclePlay,
  CircleSlash,
  Clock,
  type LucideIcon,
  OctagonX,
  Timer,
} from "lucide-react";
import { STATE_LOOKS } from "@/components/jobs/labels";
import { Badge } from "@/components/ui/badge";
import type { JobState as State } from "@/lib/jobs/schema";

const ICONS = {
  Pending: Clock,
  Running: CirclePlay,
  Stopping: Timer,
  Terminating: OctagonX,
  Successful: CircleCheck,
  Faulted: CircleAlert,
  Stopped: CircleSlash,
} as const satisfies Record<State, LucideIcon>;

export function JobState({ state }: { state: State }) {
  const Icon = ICONS[state];
  return (
    <Badge look={STATE_LOOKS[state]}>
      <Icon aria-hidden size={12} className="mr-1" />
      {state}
    </Badge>
  );
}
