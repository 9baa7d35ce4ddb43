import { oauthEndpoint } from "@/lib/http/oauth/endpoint";
import { introspectToken } from "@/lib/identity/introspection";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = oauthEndpoint(introspectToken);
