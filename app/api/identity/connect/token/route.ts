import { oauthEndpoint } from "@/lib/http/oauth/endpoint";
import { issueToken } from "@/lib/identity/client-credentials";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = oauthEndpoint(issueToken);
