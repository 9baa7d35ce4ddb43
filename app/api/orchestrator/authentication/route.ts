import { openQuestion, robotResource } from "@/lib/http/robots/endpoint";
import { authenticationConfiguration } from "@/lib/identity/authentication-configuration";
import { HEARTBEAT_INTERVAL_SECONDS } from "@/lib/sessions/schema";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = robotResource({
  GET: openQuestion(() => authenticationConfiguration(HEARTBEAT_INTERVAL_SECONDS)),
});
