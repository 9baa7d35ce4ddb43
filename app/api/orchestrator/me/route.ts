import { robotResource, robotSelf } from "@/lib/doors/robot";
import { describeClient } from "@/lib/identity/credential-lookup";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = robotResource({
  GET: robotSelf("OR.Robots", describeClient),
});
