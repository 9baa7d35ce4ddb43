import { oauthEndpoint } from "@/lib/doors/oauth";
import { introspectToken } from "@/lib/identity/introspection";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = oauthEndpoint(introspectToken);
