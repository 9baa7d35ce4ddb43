import { robotHotEndpoint, robotResource } from "@/lib/http/robots/endpoint";
import { recordHeartbeat } from "@/lib/sessions/commands/record-heartbeat";
import { heartbeatSchema } from "@/lib/sessions/schema";
import { beatAtOnce } from "@/lib/workflows/beat-at-once";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = robotResource({
  POST: robotHotEndpoint("OR.Robots", heartbeatSchema, {
    atOnce: beatAtOnce,
    deed: recordHeartbeat,
    row: ({ sessionId }) => sessionId,
  }),
});
