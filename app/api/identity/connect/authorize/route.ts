import { noAuthorizationFlow } from "@/lib/doors/oauth";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = noAuthorizationFlow();
