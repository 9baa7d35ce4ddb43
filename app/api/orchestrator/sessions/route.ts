import { robotDeed, robotResource } from "@/lib/doors/robot";
import { connectHostSchema } from "@/lib/sessions/schema";
import { connectHost } from "@/lib/workflows/connect-host";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = robotResource({
  POST: robotDeed("OR.Robots", connectHostSchema, connectHost, { status: 201 }),
});
