import { robotDeed, robotResource } from "@/lib/http/robots/endpoint";
import { sessionIdSchema } from "@/lib/sessions/schema";
import { disconnectMyself } from "@/lib/workflows/connect-host";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = robotResource({
  DELETE: robotDeed("OR.Robots", sessionIdSchema, disconnectMyself, { row: ({ sessionId }) => sessionId }),
});
