import { robotDeed, robotResource } from "@/lib/doors/robot";
import { closeSession } from "@/lib/sessions/commands/end-sessions";
import { sessionIdSchema } from "@/lib/sessions/schema";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = robotResource({
  DELETE: robotDeed("OR.Robots", sessionIdSchema, closeSession),
});
