import { robotDeed, robotResource } from "@/lib/http/robots/endpoint";
import { hostKey } from "@/lib/sessions/rules";
import { connectHostSchema } from "@/lib/sessions/schema";
import { connectHost } from "@/lib/workflows/connect-host";
import { connectTogether } from "@/lib/workflows/connect-together";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = robotResource({
  POST: robotDeed("OR.Robots", connectHostSchema, connectHost, {
    status: 201,
    together: connectTogether,
    row: ({ hostName }) => `host ${hostKey(hostName)}`,
  }),
});
