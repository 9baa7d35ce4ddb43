import { robotResource, robotSelf } from "@/lib/http/robots/endpoint";
import { describeClient } from "@/lib/identity/credential-row";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = robotResource({
  GET: robotSelf("OR.Robots", describeClient),
});
