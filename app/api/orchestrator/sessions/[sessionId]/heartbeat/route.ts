import { robotPulse, robotResource } from "@/lib/doors/robot";
import { recordHeartbeat } from "@/lib/sessions/commands/record-heartbeat";
import { heartbeatSchema } from "@/lib/sessions/schema";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = robotResource({
  POST: robotPulse("OR.Robots", heartbeatSchema, recordHeartbeat, { row: ({ sessionId }) => sessionId }),
});
