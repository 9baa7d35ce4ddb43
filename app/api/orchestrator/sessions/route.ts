import { robotDeed, robotResource } from "@/lib/doors/robot";
import { openSession } from "@/lib/sessions/commands/open-session";
import { openSessionSchema } from "@/lib/sessions/schema";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = robotResource({
  POST: robotDeed("OR.Robots", openSessionSchema, openSession, { status: 201 }),
});
