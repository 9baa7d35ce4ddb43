import { noAuthorizationFlow } from "@/lib/http/oauth/endpoint";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = noAuthorizationFlow();
