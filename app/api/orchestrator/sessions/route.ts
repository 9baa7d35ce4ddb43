import { robotDeed, robotResource } from "@/lib/doors/robot";
import { hostKey } from "@/lib/sessions/rules";
import { connectHostSchema } from "@/lib/sessions/schema";
import { connectHost } from "@/lib/workflows/connect-host";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = robotResource({
  POST: robotDeed("OR.Robots", connectHostSchema, connectHost, {
    status: 201,
    row: ({ hostName }) => `host ${hostKey(hostName)}`,
  }),
});
